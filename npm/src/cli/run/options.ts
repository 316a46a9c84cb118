import { dirname, join, resolve } from "node:path";
import { PolyphonError } from "../../errors/error.ts";
import { type Cli, DEFAULT_DB, SIMULATED_DB } from "../cli.ts";
import type { Simulation } from "../ports.ts";

/** What `polyphon run` was asked for. */
export interface RunOptions {
  readonly files: readonly string[];
  /** Absolute. */
  readonly db: string;
  /** Start a session even where an unfinished one could go on. */
  readonly fresh: boolean;
  readonly simulate: Simulation | undefined;
  /** Run again whenever a file changes. */
  readonly watch: boolean;
  readonly notify: boolean;
  /** Where the log goes, absolute; `false`: nowhere. Default: beside the database. */
  readonly log: string | false | undefined;
  /** Stay when only people can go on. */
  readonly wait: boolean;
}

/** Seed of simulated runs that name none: always the same, so that two runs agree. */
const DEFAULT_SEED = 1;

/** Puts the options together. Throws `CLI_USAGE` for combinations that mean nothing. */
export function runOptions(cli: Cli, files: readonly string[], given: Readonly<Record<string, unknown>>): RunOptions {
  const simulated = given.simulate === true;
  if (given.seed !== undefined && !simulated) {
    throw new PolyphonError("CLI_USAGE", { message: "--seed says how to simulate: add --simulate, or leave it out." });
  }
  if (typeof given.logFile === "string" && simulated) {
    throw new PolyphonError("CLI_USAGE", { message: "a simulated run keeps no log: leave --log-file out." });
  }
  const folder = dirname(resolve(cli.context.cwd, files[0] ?? ""));
  const watch = given.watch === true && given.once !== true;
  return {
    files,
    db: cli.givenDb ?? join(folder, simulated ? SIMULATED_DB : DEFAULT_DB),
    fresh: given.new === true,
    simulate: simulated
      ? { seed: (given.seed as number | undefined) ?? DEFAULT_SEED, anew: cli.givenDb === undefined }
      : undefined,
    watch,
    notify: given.notify === true,
    log: logOf(cli, given.logFile),
    wait: given.wait === true || watch,
  };
}

/** `true` is what `--no-log-file` leaves when neither it nor a path was given. */
function logOf(cli: Cli, given: unknown): string | false | undefined {
  if (given === false) return false;
  return typeof given === "string" ? resolve(cli.context.cwd, given) : undefined;
}
