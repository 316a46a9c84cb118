import type { ConfigValue } from "../../config/index.ts";
import { absolute, print } from "../cli.ts";
import type { CommandDefinition } from "../command.ts";
import { loadFor, withSettings } from "../configuration.ts";
import { EXIT } from "../errors/exit.ts";
import { printable } from "../output/cells.ts";
import { formatTable } from "../output/table.ts";

/** `polyphon doctor`: whether this machine has what is needed; with `--config` where each setting is from. */
export const doctor: CommandDefinition = {
  describe: (program) =>
    withSettings(
      program
        .command("doctor")
        .description("examine this machine, the database and the configuration")
        .argument("[file...]", "configuration, in one file or several")
        .option("--config", "print each setting with its value and where it is from"),
    ),
  run: async (cli, [files], options) => {
    const { context, style } = cli;
    const given = files as readonly string[];
    if (options.config === true || given.length > 0) {
      const config = await loadFor(cli, given, options, true);
      print(cli, { files: config.files, hash: config.hash, values: config.values }, () => {
        const rows = config.values.map((one) => [printable(one.path), printable(plain(one.value)), origin(one)]);
        return formatTable(
          [{ head: "SETTING", max: 60 }, { head: "VALUE", max: 60 }, { head: "FROM" }],
          rows,
          cli.width,
        );
      });
      return EXIT.met;
    }
    const checks = await context.runtime.examine({ db: absolute(cli, cli.db) });
    const ok = checks.every((check) => check.status !== "failed");
    print(cli, { ok, checks }, () => {
      const sign = { ok: style.good("✓"), warning: style.warn("!"), failed: style.bad("✗") };
      const lines = checks.map((check) => {
        const remedy = check.remedy === undefined ? "" : `\n    ${style.dim("remedy")}  ${printable(check.remedy)}`;
        return `${sign[check.status]} ${style.bold(printable(check.name))}  ${printable(check.found)}${remedy}`;
      });
      return `${lines.join("\n")}\n`;
    });
    return ok ? EXIT.met : EXIT.broken;
  },
};

/** `default`, or the file, variable or option with its place. */
function origin({ from, source, line, column }: ConfigValue): string {
  if (source === undefined) return from;
  return printable(line === undefined ? source : `${source}:${line}:${column ?? 1}`);
}

function plain(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
