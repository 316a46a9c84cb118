import { z } from "zod";
import { identifier } from "./scalars.ts";

/** An entry of `templates.<name>.results` once shorthands are spelt out. */
interface ResultBlock {
  readonly format: "junit" | "tap" | "jsonl" | "lcov" | "exit";
  readonly path?: string | undefined;
}

/** A command that a recovery action runs before the next try. */
export interface RecoveryCommandBlock {
  readonly argv?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** `templates.<name>`: how tasks of this template run. */
export interface TemplateBlock {
  readonly description?: string | undefined;
  readonly argv: readonly string[];
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly results?: readonly ResultBlock[] | undefined;
  readonly recoveries?: Readonly<Record<string, RecoveryCommandBlock>> | undefined;
  readonly error_types?: Readonly<Record<string, string>> | undefined;
  readonly artifacts?: readonly string[] | undefined;
  readonly bus?: boolean | undefined;
  readonly metrics?: readonly string[] | undefined;
}

const argv = z.array(z.string()).min(1).max(10_000);

const variable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'must be a name of letters, digits and "_" that starts with no digit' });

/** Variables a task's program finds in its environment. */
export const environment: z.ZodType<Readonly<Record<string, string>>> = z.record(variable, z.string());

const FORMAT = { description: "How the results are written", origin: "addition" };
const FILE = { description: "The file, relative to `cwd`", origin: "addition" };
const OUTPUT = { description: "The file, relative to `cwd`", preset: "standard output", origin: "addition" };

const result: z.ZodType<ResultBlock> = z.union(
  [
    z.enum(["tap", "jsonl", "exit"]).transform((format) => ({ format })),
    z.strictObject({ format: z.enum(["junit", "lcov"]).meta(FORMAT), path: z.string().min(1).meta(FILE) }),
    z.strictObject({ format: z.enum(["tap", "jsonl"]).meta(FORMAT), path: z.string().min(1).meta(OUTPUT).optional() }),
    z.strictObject({ format: z.enum(["exit"]).meta(FORMAT) }),
  ],
  {
    error: () =>
      'expected "tap", "jsonl", "exit", or a mapping such as {format: junit, path: junit.xml}; junit and lcov need a path',
  },
);

const recoveryCommand: z.ZodType<RecoveryCommandBlock> = z.strictObject({
  argv: argv.meta({ description: "Command run before the next try", origin: "addition" }).optional(),
  env: environment
    .meta({ description: "Variables the next try finds in its environment", origin: "addition" })
    .optional(),
});

const exitCode = z
  .string()
  .regex(/^(?:[0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])$/, { error: "must be an exit code from 0 to 255" });

export const template: z.ZodType<TemplateBlock> = z.strictObject({
  description: z.string().meta({ description: "What the template is for", origin: "addition" }).optional(),
  argv: argv.meta({
    description: "Executable and arguments, each passed on as it is, never through a shell; placeholders are filled in",
    origin: "addition",
  }),
  cwd: z
    .string()
    .min(1)
    .meta({
      description: "Working directory, relative to the file that holds the template",
      preset: ".",
      origin: "addition",
    })
    .optional(),
  env: environment
    .meta({ description: "Variables added to a minimal environment; placeholders are filled in", origin: "addition" })
    .optional(),
  results: z
    .array(result)
    .min(1)
    .meta({ description: "Where the program leaves its results", preset: ["exit"], origin: "addition" })
    .optional(),
  recoveries: z
    .record(identifier(), recoveryCommand)
    .meta({
      description: "What a recovery action does for this template, by action, for example `reinstall_deps`",
      origin: "addition",
    })
    .optional(),
  error_types: z
    .record(exitCode, identifier())
    .meta({ description: "Error type by exit code, for example `{3: import_error}`", origin: "addition" })
    .optional(),
  artifacts: z
    .array(z.string().min(1))
    .max(1_000)
    .meta({ description: "Files to keep, relative to `cwd`", origin: "addition" })
    .optional(),
  bus: z
    .boolean()
    .meta({
      description: "Whether the program uses the team's bus: its standard input stays open and lines come and go",
      preset: false,
      origin: "addition",
    })
    .optional(),
  metrics: z
    .array(identifier())
    .max(64)
    .meta({
      description:
        "Metrics of its own that the program reports; only these and the known ones may stand in success criteria",
      origin: "addition",
    })
    .optional(),
});
