import type { Program } from "../../hosts/host.ts";
import { parsePlaceholders, RUN_PLACEHOLDERS, STATIC_PLACEHOLDERS } from "../placeholders.ts";
import type { TaskProgram } from "../program.ts";
import type { RecoveryCommandBlock, TemplateBlock } from "../schema/templates.ts";
import { didYouMean } from "../suggest.ts";
import { type Context, defined, type Path } from "./context.ts";

/** A template, ready to be bound to tasks. */
export interface Template {
  readonly name: string;
  readonly program: Omit<TaskProgram, "values">;
  /** Metrics of its own. */
  readonly metrics: readonly string[];
  /** Members of a task's input that its texts name, and where. */
  readonly inputs: ReadonlyMap<string, Path>;
  /** Directory of the file it stands in. */
  readonly dir: string;
}

export function buildTemplates(context: Context): ReadonlyMap<string, Template> {
  const templates = Object.entries(context.config.templates ?? {});
  return new Map(templates.map(([name, block]) => [name, buildTemplate(context, name, block)]));
}

function buildTemplate(context: Context, name: string, block: TemplateBlock): Template {
  const path = ["templates", name];
  const inputs = new Map<string, Path>();
  checkTexts(context, block.argv, [...path, "argv"], inputs);
  checkTexts(context, block.cwd === undefined ? [] : { cwd: block.cwd }, path, inputs);
  checkVariables(context, block.env, [...path, "env"], inputs);
  checkTexts(context, block.artifacts ?? [], [...path, "artifacts"], inputs);
  for (const [index, result] of (block.results ?? []).entries()) {
    if (result.path !== undefined) checkTexts(context, { path: result.path }, [...path, "results", index], inputs);
  }
  for (const [action, command] of Object.entries(block.recoveries ?? {})) {
    checkTexts(context, command.argv ?? [], [...path, "recoveries", action, "argv"], inputs);
    checkVariables(context, command.env, [...path, "recoveries", action, "env"], inputs);
  }
  for (const [exit, type] of Object.entries(block.error_types ?? {})) {
    const meant = ERROR_TYPES.includes(type) ? undefined : didYouMean(type, ERROR_TYPES);
    if (meant === undefined) continue;
    const at = context.place([...path, "error_types", exit]);
    context.problems.error("CONFIG_VALUE", at, `the error type "${type}" looks like a slip of the pen`, meant);
  }
  const program: Omit<TaskProgram, "values"> = {
    template: name,
    argv: nonEmpty(block.argv),
    cwd: workingDirectory(block.cwd ?? "."),
    results: (block.results ?? [{ format: "exit" }]) as NonNullable<Program["results"]>,
    ...defined({
      env: block.env,
      errorTypes: block.error_types,
      artifacts: block.artifacts,
      bus: block.bus,
      recoveries: block.recoveries === undefined ? undefined : mapValues(block.recoveries, command),
    }),
  };
  return { name, program, metrics: block.metrics ?? [], inputs, dir: context.place(path).source.dir };
}

/** Error types of the recovery matrix; any other name is allowed, but none that is almost one of these. */
const ERROR_TYPES: readonly string[] = [
  "import_error",
  "permission_error",
  "memory_error",
  "timeout",
  "timeout_error",
  "calculation_error",
  "logic_error",
  "system_error",
  "network_error",
  "resource_exhaustion",
];

/** Reports every placeholder nobody will fill in, and notes those that take a member of the task's input. */
function checkTexts(
  context: Context,
  texts: readonly string[] | Readonly<Record<string, string>>,
  path: Path,
  inputs: Map<string, Path>,
): void {
  const entries: readonly [string | number, string][] = Array.isArray(texts)
    ? [...texts.entries()]
    : Object.entries(texts);
  for (const [key, text] of entries) {
    for (const piece of parsePlaceholders(text)) {
      if ("text" in piece) continue;
      const at = [...path, key];
      if (!piece.closed) {
        const hint = 'close it with "}}", or write "{{{{" for two braces';
        context.problems.error(
          "CONFIG_UNKNOWN_PLACEHOLDER",
          context.place(at),
          'a placeholder is opened with "{{" but not closed',
          hint,
        );
      } else if (piece.name.startsWith("input.")) {
        if (!inputs.has(piece.name)) inputs.set(piece.name, at);
      } else if (!PLACEHOLDERS.includes(piece.name)) {
        const hint =
          didYouMean(piece.name, PLACEHOLDERS) ??
          `known: ${PLACEHOLDERS.join(", ")}, input.<member>; "{{{{" stands for two braces`;
        context.problems.error(
          "CONFIG_UNKNOWN_PLACEHOLDER",
          context.place(at),
          `unknown placeholder "{{${piece.name}}}"`,
          hint,
        );
      }
    }
  }
}

/** Checks variables of a template or a task. */
export function checkVariables(
  context: Context,
  env: Readonly<Record<string, string>> | undefined,
  path: Path,
  inputs: Map<string, Path>,
): void {
  checkTexts(context, env ?? {}, path, inputs);
  for (const name of Object.keys(env ?? {})) {
    if (!name.startsWith("POLYPHON_")) continue;
    context.problems.error(
      "CONFIG_VALUE",
      context.place([...path, name]),
      `the variable "${name}" is reserved`,
      "names that start with POLYPHON_ are set by the host",
      "key",
    );
  }
}

const PLACEHOLDERS: readonly string[] = [...STATIC_PLACEHOLDERS, ...RUN_PLACEHOLDERS];

function workingDirectory(cwd: string): string {
  if (/^(?:[A-Za-z]:)?[\\/]/.test(cwd) || cwd.startsWith("{{config_dir}}")) return cwd;
  return cwd === "." ? "{{config_dir}}" : `{{config_dir}}/${cwd}`;
}

function command(block: RecoveryCommandBlock): NonNullable<Program["recoveries"]>[string] {
  return defined({ argv: block.argv === undefined ? undefined : nonEmpty(block.argv), env: block.env });
}

function nonEmpty(argv: readonly string[]): [string, ...string[]] {
  const [first = "", ...rest] = argv;
  return [first, ...rest];
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
