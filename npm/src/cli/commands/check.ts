import { count } from "../../report/format.ts";
import { print } from "../cli.ts";
import type { CommandDefinition } from "../command.ts";
import { loadFor, withSettings } from "../configuration.ts";
import { EXIT } from "../errors/exit.ts";
import { warningLines } from "../output/warnings.ts";

/** `polyphon check FILE...`: everything wrong with a configuration, at once. */
export const check: CommandDefinition = {
  describe: (program) =>
    withSettings(
      program
        .command("check")
        .description("check a configuration without running it")
        .argument("<file...>", "configuration, in one file or several"),
    ),
  run: async (cli, [files], options) => {
    const config = await loadFor(cli, files as readonly string[], options);
    const { name, hash, plan, warnings } = config;
    const tasks = plan.tasks.length;
    print(cli, { ok: true, name, hash, tasks, files: config.files, warnings }, () => {
      const verdict = warnings.length === 0 ? "no problems" : count(warnings.length, "warning");
      const line = `${cli.style.good("✓")} ${count(tasks, "task")}, ${verdict}, configuration ${hash.slice(0, 12)}\n`;
      return `${warningLines(warnings, cli.style)}${line}`;
    });
    return EXIT.met;
  },
};
