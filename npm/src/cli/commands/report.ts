import { InvalidArgumentError } from "commander";
import { buildReport } from "../../report/index.ts";
import { absolute, print } from "../cli.ts";
import type { CommandDefinition } from "../command.ts";
import { EXIT } from "../errors/exit.ts";
import { findSession } from "../ids.ts";
import { withReader } from "../readers.ts";
import { FORMATS, type ReportFormat, renderReport, writeFileWhole } from "../run/report-files.ts";

/** `polyphon report ID`: the final report of a session, or how far it is. */
export const report: CommandDefinition = {
  describe: (program) =>
    program
      .command("report")
      .description("print the report of a session")
      .argument("<id>", "id of the session, its beginning, or `last`")
      .option("--format <format>", `${FORMATS.join(", ")}; default md, with --json: json`, parseFormat)
      .option("--out <file>", "write to a file instead"),
  run: async (cli, [id], options) => {
    const view = await withReader(cli, cli.db, async (reader) => {
      const session = await findSession(reader, String(id));
      return await reader.session(session.id).view();
    });
    const built = buildReport(view);
    const format = (options.format as ReportFormat | undefined) ?? (cli.json ? "json" : "md");
    const text = renderReport(built, format);
    if (typeof options.out === "string") {
      const path = absolute(cli, options.out);
      await writeFileWhole(path, text);
      print(cli, { session: built.session, format, path }, () => `${path}\n`);
    } else cli.context.stdout.write(text);
    return EXIT.met;
  },
};

function parseFormat(value: string): ReportFormat {
  const found = FORMATS.find((format) => format === value);
  if (found === undefined) throw new InvalidArgumentError(`Allowed are ${FORMATS.join(", ")}.`);
  return found;
}
