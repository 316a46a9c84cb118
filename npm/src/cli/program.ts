import { Command, CommanderError } from "commander";
import { PolyphonError } from "../errors/error.ts";
import { absolute, type Cli, DEFAULT_DB, toJson } from "./cli.ts";
import { COMMANDS } from "./commands/index.ts";
import type { CliContext } from "./context.ts";
import { describeError } from "./errors/describe.ts";
import { EXIT, type ExitCode } from "./errors/exit.ts";
import { styleFor } from "./output/style.ts";

/** Runs one command line (without `node` and the script) to its exit code. Never rejects. */
export async function runCli(argv: readonly string[], context: CliContext, version: string): Promise<ExitCode> {
  let code: ExitCode = EXIT.met;
  const program = new Command("polyphon")
    .description("Orchestrates teams of agents: durable, replayable, one file.")
    .version(version, "-V, --version", "print the version")
    .option("--db <path>", `database; default ${DEFAULT_DB}`)
    .option("--json", "print JSON for programs")
    .enablePositionalOptions()
    .helpCommand("help [command]", "explain a command")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      // Errors of the parser are printed below, in the form of all other errors.
      writeErr: () => undefined,
      getOutHelpWidth: () => context.stdout.columns ?? 80,
      getOutHasColors: () => styleFor(context.stdout, context.env).enabled,
    });
  for (const definition of COMMANDS) {
    const command = definition.describe(program);
    command
      .option(
        "--db <path>",
        `database; default ${DEFAULT_DB}${command.registeredArguments[0]?.name() === "file" ? " beside FILE" : ""}`,
      )
      .option("--json", "print JSON for programs")
      .configureHelp({ showGlobalOptions: false })
      .action(async (...call: readonly unknown[]) => {
        // Options of every command may also stand before its name.
        const options = { ...program.opts(), ...command.opts() };
        code = await definition.run(cliOf(context, options), call.slice(0, -2), options);
      });
  }
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (thrown) {
    return fail(thrown, argv, program, context);
  }
}

function cliOf(context: CliContext, options: Readonly<Record<string, unknown>>): Cli {
  const givenDb = typeof options.db === "string" ? absolute({ context }, options.db) : undefined;
  return {
    context,
    style: styleFor(context.stdout, context.env),
    json: options.json === true,
    db: givenDb ?? absolute({ context }, DEFAULT_DB),
    givenDb,
    width: context.stdout.isTTY ? (context.stdout.columns ?? 80) : Number.POSITIVE_INFINITY,
  };
}

function fail(thrown: unknown, argv: readonly string[], program: Command, context: CliContext): ExitCode {
  if (thrown instanceof CommanderError) {
    if (thrown.exitCode === 0) return EXIT.met;
    if (thrown.code === "commander.help" && argv[0] !== "help") {
      context.stderr.write(program.helpInformation());
      return EXIT.usage;
    }
  }
  const known = program.commands.map((command) => command.name());
  const message = (error: CommanderError): string =>
    error.code === "commander.help" ? `unknown command '${argv[1]}'` : error.message;
  const error =
    thrown instanceof CommanderError
      ? usage(
          message(thrown),
          argv.find((word) => known.includes(word)),
        )
      : thrown;
  const debug = (context.env.POLYPHON_DEBUG ?? "") !== "";
  const described = describeError(error, styleFor(context.stderr, context.env), debug);
  if (argv.includes("--json")) context.stdout.write(`${toJson(described.json)}\n`);
  else context.stderr.write(described.text);
  return described.exit;
}

/** @param command the one that was meant, where that is known */
function usage(message: string, command: string | undefined): PolyphonError {
  const [first = "", ...hints] = message.replace(/^error: /, "").split("\n");
  const hint = hints.map((line) => ` ${line.replace("Did you", "did you")}`).join("");
  return new PolyphonError("CLI_USAGE", {
    message: `${first.replace(/\.$/, "")}${hint}`,
    details: command === undefined ? {} : { command },
  });
}
