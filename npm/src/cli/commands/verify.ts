import { count } from "../../report/format.ts";
import { absolute, print } from "../cli.ts";
import type { CommandDefinition } from "../command.ts";
import { EXIT } from "../errors/exit.ts";
import { runLong } from "../long.ts";
import { printable } from "../output/cells.ts";
import { withReader } from "../readers.ts";

/** `polyphon verify FILE`: whether a journal is whole. */
export const verify: CommandDefinition = {
  describe: (program) =>
    program.command("verify").description("check that a journal is whole").argument("<database>", "database to check"),
  run: async (cli, [file]) => {
    const db = absolute(cli, String(file));
    const found = await withReader(cli, db, (reader) => runLong(cli, (options) => reader.verify(options)));
    if (found === undefined) return EXIT.interrupted;
    print(cli, { database: db, ...found }, () => {
      const verdict = found.ok ? cli.style.good("whole") : cli.style.bad("damaged");
      const lines = [
        `${printable(db)}: ${verdict}`,
        `  ${count(found.frames, "frame")}, ${count(found.events, "event")}, sequences ${found.firstSeq} to ${found.lastSeq}, snapshot at ${found.snapshotSeq}`,
        `  state  ${found.stateHash ?? "cannot be folded"}`,
        ...found.problems.map(
          (problem) =>
            `  ${problem.code}${problem.seq === null ? "" : ` at ${problem.seq}`}: ${printable(problem.message)}`,
        ),
      ];
      return `${lines.join("\n")}\n`;
    });
    return found.ok ? EXIT.met : EXIT.broken;
  },
};
