import type { LoadedConfig } from "../../config/index.ts";
import type { Cli } from "../cli.ts";
import { describeError } from "../errors/describe.ts";
import { EXIT, type ExitCode } from "../errors/exit.ts";
import { styleFor } from "../output/style.ts";

/**
 * Runs, then waits for a file to change and runs again, until interrupted. A configuration that is wrong is reported
 * and waited on, like a change. Answers the exit code of the last run.
 */
export async function runWatching(
  cli: Cli,
  files: readonly string[],
  load: () => Promise<LoadedConfig>,
  run: (config: LoadedConfig) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { context } = cli;
  let code: ExitCode = EXIT.met;
  for (;;) {
    // Watching begins before the files are read: a change in between is not missed.
    const change = nextChange(cli, files);
    try {
      code = await load().then(run);
    } catch (error) {
      const described = describeError(
        error,
        styleFor(context.stderr, context.env),
        (context.env.POLYPHON_DEBUG ?? "") !== "",
      );
      context.stderr.write(described.text);
      code = described.exit;
      // Only what is wrong in the files can be cured by changing them.
      if (code !== EXIT.usage) {
        change.stop();
        return code;
      }
    }
    if (code === EXIT.interrupted) {
      change.stop();
      return code;
    }
    if (!cli.json)
      context.stdout.write(`\n${cli.style.dim("Waiting for a change of the configuration; Ctrl-C leaves.")}\n`);
    if ((await change.happened) === "interrupted") return code;
  }
}

function nextChange(
  cli: Cli,
  files: readonly string[],
): { readonly happened: Promise<"changed" | "interrupted">; stop(): void } {
  const { context } = cli;
  const stops: (() => void)[] = [];
  const stop = (): void => {
    for (const one of stops.splice(0)) one();
  };
  const happened = new Promise<"changed" | "interrupted">((resolve) => {
    stops.push(context.watch(files, () => resolve("changed")));
    stops.push(context.interrupts.on(() => resolve("interrupted")));
  });
  return { happened: happened.finally(stop), stop };
}
