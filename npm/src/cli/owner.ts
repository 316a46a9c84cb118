import { PolyphonError } from "../errors/error.ts";
import type { Cli } from "./cli.ts";
import { askOwner } from "./control/client.ts";
import type { ControlMethod } from "./control/protocol.ts";
import type { Team } from "./ports.ts";

/** Rounds of "no owner listens" and "somebody owns it", for an owner that starts or ends right now. */
const ROUNDS = 20;
const PAUSE_MS = 100;

/**
 * Has something durable done: by the process that owns the database, or, when there is none, by opening it here for a
 * moment. Answers who did it.
 */
export async function throughOwner(
  cli: Cli,
  method: ControlMethod,
  target: string,
  alone: (team: Team) => Promise<void>,
): Promise<"owner" | "file"> {
  const { clock, runtime } = cli.context;
  for (let round = 1; ; round += 1) {
    if ((await askOwner(cli.db, method, target, { clock })) !== undefined) return "owner";
    let team: Team;
    try {
      team = await runtime.openTeam({ db: cli.db, purpose: "answer" });
    } catch (error) {
      const taken = error instanceof PolyphonError && error.code === "STORE_LOCKED";
      if (!taken || round === ROUNDS) throw error;
      await new Promise<void>((resolve) => clock.after(PAUSE_MS, resolve));
      continue;
    }
    try {
      await alone(team);
    } finally {
      await team.close();
    }
    return "file";
  }
}
