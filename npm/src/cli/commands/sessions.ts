import { duration, moment, percent } from "../../report/format.ts";
import { print } from "../cli.ts";
import type { CommandDefinition } from "../command.ts";
import { EXIT } from "../errors/exit.ts";
import { printable } from "../output/cells.ts";
import { stateWord } from "../output/states.ts";
import { formatTable } from "../output/table.ts";
import { withReader } from "../readers.ts";

/** `polyphon sessions`: every session of the database, newest first. */
export const sessions: CommandDefinition = {
  describe: (program) => program.command("sessions").description("list the sessions, newest first"),
  run: async (cli) => {
    const found = await withReader(cli, cli.db, (reader) => reader.sessions());
    print(cli, { sessions: found }, () => {
      if (found.length === 0) return "No sessions yet. Start one with `polyphon run FILE`.\n";
      const rows = found.map((session) => [
        session.id,
        printable(session.name),
        stateWord(session.status, cli.style),
        percent(session.percentage),
        `${session.completed}/${session.tasks}`,
        moment(session.started).slice(0, 19),
        session.ended === null ? "" : duration(session.ended - session.started),
      ]);
      const heads = [{ head: "SESSION" }, { head: "NAME", max: 32 }, { head: "STATUS" }, { head: "DONE", right: true }];
      return formatTable(
        [...heads, { head: "TASKS", right: true }, { head: "STARTED (UTC)" }, { head: "TOOK", right: true }],
        rows,
        cli.width,
      );
    });
    return EXIT.met;
  },
};
