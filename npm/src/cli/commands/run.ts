import { InvalidArgumentError } from "commander";
import { absolute } from "../cli.ts";
import type { CommandDefinition } from "../command.ts";
import { loadFor, withSettings } from "../configuration.ts";
import { runOnce } from "../run/once.ts";
import { runOptions } from "../run/options.ts";
import { runWatching } from "../run/watch.ts";

/** `polyphon run FILE...`: the whole job, from configuration to report. */
export const run: CommandDefinition = {
  describe: (program) =>
    withSettings(
      program
        .command("run")
        .description("run a configuration to its end; goes on where an earlier run stopped")
        .argument("<file...>", "configuration, in one file or several")
        .option("--new", "start a new session even where an unfinished one could go on")
        .option("--simulate", "simulated agents and time; needs no program")
        .option("--seed <n>", "seed of the simulation; default 1", parseSeed)
        .option("--watch", "stay, and run again whenever a file changes")
        .option("--once", "leave after the report, even with --watch")
        .option("--wait", "stay when only people can go on; a terminal always does")
        .option("--log-file <path>", "where the log goes; default logs/ beside the database")
        .option("--no-log-file", "keep no log")
        .option("--notify", "post escalations to the configured webhook"),
    ),
  run: async (cli, [files], given) => {
    const options = runOptions(cli, files as readonly string[], given);
    const load = () => loadFor(cli, options.files, given);
    if (!options.watch) return await runOnce(cli, await load(), options);
    const paths = options.files.map((file) => absolute(cli, file));
    return await runWatching(cli, paths, load, (config) => runOnce(cli, config, options));
  },
};

function parseSeed(value: string): number {
  const seed = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(seed))
    throw new InvalidArgumentError("It is a whole number from 0.");
  return seed;
}
