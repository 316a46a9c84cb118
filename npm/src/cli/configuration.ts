import { type Command, InvalidArgumentError } from "commander";
import type { LoadedConfig } from "../config/index.ts";
import type { Cli } from "./cli.ts";

/** Adds the option that sets single values, stronger than files and environment. */
export function withSettings(command: Command): Command {
  return command.option(
    "--set <path=value>",
    "set a value, for example recovery.max_retries=0; may be repeated",
    collect,
  );
}

/** Reads the configuration a command was given. */
export async function loadFor(
  cli: Cli,
  files: readonly string[],
  options: Readonly<Record<string, unknown>>,
  filesOptional = false,
): Promise<LoadedConfig> {
  const { context } = cli;
  const commandLine = (options.set as Readonly<Record<string, string>> | undefined) ?? {};
  return await context.runtime.loadConfig(files, { cwd: context.cwd, env: context.env, commandLine, filesOptional });
}

function collect(value: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const at = value.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It has the form path=value.");
  return { ...before, [value.slice(0, at)]: value.slice(at + 1) };
}
