import { resolve } from "node:path";
import type { CliContext } from "./context.ts";
import type { Style } from "./output/style.ts";

/** One call of a command: the context with the options every command has. */
export interface Cli {
  readonly context: CliContext;
  readonly style: Style;
  readonly json: boolean;
  /** Database of commands that need no FILE: `--db`, or `.polyphon/team.db` under the current folder. */
  readonly db: string;
  /** What `--db` says, absolute. */
  readonly givenDb: string | undefined;
  /** Cells of a line on standard output; without end where no terminal is. */
  readonly width: number;
}

/** Where a team keeps its journal unless told otherwise, under the folder of the configuration. */
export const DEFAULT_DB = ".polyphon/team.db";
/** Where simulated runs keep theirs: their time and results must never mix with real ones. */
export const SIMULATED_DB = ".polyphon/simulated.db";

/** Prints data for programs or text for people, never both. */
export function print(cli: Cli, data: unknown, text: () => string): void {
  cli.context.stdout.write(cli.json ? `${toJson(data)}\n` : text());
}

/** Indented JSON; lone surrogates become U+FFFD, so that any reader accepts it. */
export function toJson(data: unknown): string {
  const wellFormed = (_key: string, value: unknown): unknown =>
    typeof value === "string" ? value.toWellFormed() : value;
  return JSON.stringify(data, wellFormed, 2);
}

/** A path as the user gave it, from the folder they are in. */
export function absolute(cli: { readonly context: CliContext }, path: string): string {
  return resolve(cli.context.cwd, path);
}
