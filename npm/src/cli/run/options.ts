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
    wait: given.wait === true || watch,
  };
}
