// A strict TypeScript program for Node, with the types of Node at hand.
import { Polyphon, PolyphonError, sqliteStore } from "polyphon/node";

export async function main(): Promise<string> {
  await using team = await Polyphon.open({ store: sqliteStore("team.db"), workDir: "work" });
  const { durability } = (await team.health()) as { readonly durability?: string };
  return durability ?? new PolyphonError("STORE_IO", { message: "no answer" }).code;
}
