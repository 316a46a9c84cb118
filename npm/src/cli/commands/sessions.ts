import { InvalidArgumentError } from "commander";
import { duration, moment, percent } from "../../report/format.ts";
import { print } from "../cli.ts";
import type { CommandDefinition } from "../command.ts";
import { EXIT } from "../errors/exit.ts";
import { printable } from "../output/cells.ts";
import { stateWord } from "../output/states.ts";
import { formatTable } from "../output/table.ts";
import { withReader } from "../readers.ts";

/** Sessions that are listed unless it is asked for others: fewer than a kernel keeps in memory, so that no more is read. */
const NEWEST = 50;

/** `polyphon sessions`: the sessions of the database, newest first. */
export const sessions: CommandDefinition = {
  describe: (program) =>
    program
      .command("sessions")
      .description("list the sessions, newest first")
      .option("--limit <n>", `list so many of the newest; default ${NEWEST}`, parseCount)
      .option("--all", "list every session that is kept"),
  run: async (cli, _arguments, options) => {
    const limit = (options.limit as number | undefined) ?? NEWEST;
    const wanted = options.all === true ? {} : { limit: limit + 1 };
    const listed = await withReader(cli, cli.db, (reader) => reader.sessions(wanted));
    const found = options.all === true ? listed : listed.slice(0, limit);
    const more = found.length < listed.length;
    print(cli, { sessions: found, more }, () => {
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
      const table = formatTable(
        [...heads, { head: "TASKS", right: true }, { head: "STARTED (UTC)" }, { head: "TOOK", right: true }],
        rows,
        cli.width,
      );
      return more ? `${table}There are older ones: --limit N or --all lists them.\n` : table;
    });
    return EXIT.met;
  },
};

function parseCount(value: string): number {
  const count = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(count) || count < 1)
    throw new InvalidArgumentError("It is a whole number from 1.");
  return count;
}
