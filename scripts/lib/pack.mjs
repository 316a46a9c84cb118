import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inRepo } from "./paths.mjs";
import { quietly } from "./run.mjs";
import { npm } from "./steps/packages.mjs";

/** Makes the tarball that would be published, in a folder of its own; answers its path. */
export async function packTarball() {
  const folder = mkdtempSync(join(tmpdir(), "polyphon-pack-"));
  const [command, ...args] = npm();
  const { stdout } = await quietly(command, [...args, "pack", "--json", "--pack-destination", folder], {
    cwd: inRepo("npm"),
  });
  return join(folder, /"filename":\s*"([^"]+)"/.exec(stdout)?.[1] ?? "");
}
