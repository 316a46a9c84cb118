import { moment } from "../../report/format.ts";
import { print } from "../cli.ts";
import type { CommandDefinition } from "../command.ts";
import { EXIT } from "../errors/exit.ts";
import { printable } from "../output/cells.ts";
import { formatTable } from "../output/table.ts";
import { withReader } from "../readers.ts";

/** `polyphon escalations`: what waits for a person. */
export const escalations: CommandDefinition = {
  describe: (program) =>
    program
      .command("escalations")
      .description("list what waits for a person")
      .option("--all", "also those that were answered"),
  run: async (cli, _args, options) => {
    const all = await withReader(cli, cli.db, (reader) => reader.escalations());
    const found = options.all === true ? all : all.filter((item) => item.resolved === null);
    print(cli, { escalations: found }, () => {
      if (found.length === 0) return "Nothing waits for a person.\n";
      const rows = found.map((item) => [
        item.id,
        printable(item.task),
        printable(item.issueType),
        item.severity,
        moment(item.raised).slice(0, 19),
        item.resolved === null ? "open" : (item.decision ?? "closed"),
        printable(item.message),
      ]);
      const heads = [
        { head: "ESCALATION" },
        { head: "TASK", max: 16 },
        { head: "ISSUE", max: 24 },
        { head: "SEVERITY" },
      ];
      const table = formatTable(
        [...heads, { head: "RAISED (UTC)" }, { head: "ANSWER" }, { head: "MESSAGE", max: 60 }],
        rows,
        cli.width,
      );
      const open = found.some((item) => item.resolved === null);
      return open ? `${table}\nAnswer with \`polyphon approve|retry|abort ID\`.\n` : table;
    });
    return EXIT.met;
  },
};
