import { PolyphonError } from "../../errors/error.ts";
import { print } from "../cli.ts";
import type { CommandDefinition } from "../command.ts";
import { EXIT } from "../errors/exit.ts";
import { findSession } from "../ids.ts";
import { printable } from "../output/cells.ts";
import { throughOwner } from "../owner.ts";
import type { SessionAction } from "../ports.ts";
import { withReader } from "../readers.ts";

/** What follows, for people. */
const AFTER: Readonly<Record<SessionAction, string>> = {
  cancel: "What ran is asked to stop; nothing new starts.",
  pause: "What runs may finish; nothing new starts until `polyphon resume`.",
  resume: "Work is granted again; without a process that runs it, by the next `polyphon run`.",
};

/** A command that steers a session; the three differ in a word. */
export function sessionCommand(action: SessionAction, description: string): CommandDefinition {
  return {
    describe: (program) =>
      program.command(action).description(description).argument("<id>", "id of the session, its beginning, or `last`"),
    run: async (cli, [id]) => {
      const session = await withReader(cli, cli.db, (reader) => findSession(reader, String(id)));
      if (session.ended !== null) {
        const message = `${session.id} (${printable(session.name)}) has ended: ${session.status}.`;
        throw new PolyphonError("SESSION_ENDED", { message, details: { session: session.id, status: session.status } });
      }
      const via = await throughOwner(cli, `session.${action}`, session.id, (team) =>
        team.session(session.id).act(action),
      );
      print(
        cli,
        { session: session.id, action, via },
        () => `${action} ${session.id} (${printable(session.name)}). ${AFTER[action]}\n`,
      );
      return EXIT.met;
    },
  };
}
