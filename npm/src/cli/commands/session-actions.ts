import { print } from "../cli.ts";
import { EXIT } from "../errors/exit.ts";
import { resolveId } from "../ids.ts";
import { throughOwner } from "../owner.ts";
import type { SessionAction } from "../ports.ts";
import type { CommandDefinition } from "../program.ts";
import { withReader } from "../readers.ts";

/** A command that steers a session; the three differ in a word. */
export function sessionCommand(action: SessionAction, description: string): CommandDefinition {
  return {
    describe: (program) =>
      program.command(action).description(description).argument("<id>", "id of the session, its beginning, or `last`"),
    run: async (cli, [id]) => {
      const session = await withReader(cli, cli.db, async (reader) => {
        return resolveId("session", await reader.sessions(), String(id));
      });
      const via = await throughOwner(cli, `session.${action}`, session.id, (team) =>
        team.session(session.id).act(action),
      );
      print(cli, { session: session.id, action, via }, () => `${action} ${session.id}\n`);
      return EXIT.met;
    },
  };
}
