import { PolyphonError } from "../errors/error.ts";

/** What can be wrong with a configuration. */
export type ConfigErrorCode =
  | "CONFIG_ALIAS"
  | "CONFIG_CONFLICT"
  | "CONFIG_CYCLE"
  | "CONFIG_DUPLICATE_ID"
  | "CONFIG_DUPLICATE_KEY"
  | "CONFIG_ENCODING"
  | "CONFIG_FILE_NOT_FOUND"
  | "CONFIG_FILE_UNREADABLE"
  | "CONFIG_FORBIDDEN_KEY"
  | "CONFIG_MISSING_KEY"
  | "CONFIG_NUMBER"
  | "CONFIG_PHASE_ORDER"
  | "CONFIG_RANGE"
  | "CONFIG_SYNTAX"
  | "CONFIG_TAB"
  | "CONFIG_TOO_DEEP"
  | "CONFIG_TOO_LARGE"
  | "CONFIG_TOO_MANY_FILES"
  | "CONFIG_TYPE"
  | "CONFIG_UNKNOWN_CLASS"
  | "CONFIG_UNKNOWN_DEPENDENCY"
  | "CONFIG_UNKNOWN_KEY"
  | "CONFIG_UNKNOWN_PHASE"
  | "CONFIG_UNKNOWN_PLACEHOLDER"
  | "CONFIG_UNKNOWN_TASK"
  | "CONFIG_VALUE"
  | "PLAN_INVALID"
  | "PLAN_TOO_LARGE";

/** What deserves a look but does not keep a configuration from being used. */
export type ConfigWarningCode =
  | "CONFIG_DEMAND_ABOVE_TOTALS"
  | "CONFIG_NO_EFFECT"
  | "CONFIG_NO_TASKS"
  | "CONFIG_NO_TEMPLATE"
  | "CONFIG_NOT_IN_PHASE"
  | "CONFIG_UNDEFINED_TEMPLATE"
  | "CONFIG_UNUSED_TEMPLATE";

/** One thing that is wrong, and where. */
export interface ConfigProblem {
  readonly code: ConfigErrorCode | ConfigWarningCode;
  /** As the user named it. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  /** Keys from the root, for example `orchestrator.task_definitions.unit_tests[0].id`; empty for a whole file. */
  readonly path: string;
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  /** The source line, shortened around the place; `caret` counts characters from 0. */
  readonly excerpt?: { readonly text: string; readonly caret: number };
}

const brand = Symbol.for("polyphon.configError");

/** A configuration cannot be used; {@link ConfigError.problems} lists everything found, in the order of the files. */
export class ConfigError extends PolyphonError {
  override readonly name: string = "ConfigError";
  readonly problems: readonly ConfigProblem[];

  /** `omitted`: how many more problems there were than are listed. */
  constructor(problems: readonly ConfigProblem[], omitted: number = 0) {
    super("CONFIG_INVALID", { message: summary(problems, omitted), details: { problems, omitted } });
    this.problems = problems;
    Object.defineProperty(this, brand, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[brand] === true;
  }
}

function summary(problems: readonly ConfigProblem[], omitted: number): string {
  const [first] = problems;
  if (first === undefined) return "The configuration cannot be used.";
  const where = `${first.file}:${first.line}:${first.column}: ${first.code}: ${first.message}`;
  const count = problems.length + omitted;
  return count === 1 ? where : `${count} problems in the configuration, the first at ${where}`;
}
