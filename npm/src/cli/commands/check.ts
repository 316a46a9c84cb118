import { count } from "../../report/format.ts";
import { print } from "../cli.ts";
import { EXIT } from "../errors/exit.ts";
import { warningLines } from "../output/warnings.ts";
import type { CommandDefinition } from "../program.ts";

/** `polyphon check FILE...`: everything wrong with a configuration, at once. */
export const check: CommandDefinition = {
  describe: (program) =>
    program
      .command("check")
      .description("check a configuration without running it")
      .argument("<file...>", "configuration, in one file or several"),
  run: async (cli, [files]) => {
    const { context } = cli;
    const config = await context.runtime.loadConfig(files as readonly string[], { cwd: context.cwd, env: context.env });
    const { name, hash, taskCount, warnings } = config;
    print(cli, { ok: true, name, hash, tasks: taskCount, files: config.files, warnings }, () => {
      const verdict = warnings.length === 0 ? "no problems" : count(warnings.length, "warning");
      return `${warningLines(warnings, cli.style)}${cli.style.good("✓")} ${count(taskCount, "task")}, ${verdict}, configuration ${hash.slice(0, 12)}\n`;
    });
    return EXIT.met;
  },
};
