import type { Command } from "commander";
import type { Cli } from "./cli.ts";
import type { ExitCode } from "./errors/exit.ts";

/** What a command's action does. */
export type Action = (
  cli: Cli,
  args: readonly unknown[],
  options: Readonly<Record<string, unknown>>,
) => Promise<ExitCode>;

/** A command: how it is called and what it does. */
export interface CommandDefinition {
  readonly describe: (program: Command) => Command;
  readonly run: Action;
}
