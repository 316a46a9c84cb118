import { ConfigError, formatProblems } from "../../config/index.ts";
import { PolyphonError } from "../../errors/error.ts";
import { clean } from "../../report/clean.ts";
import { count } from "../../report/format.ts";
import type { Style } from "../output/style.ts";
import { factsOf } from "./codes.ts";
import type { ExitCode } from "./exit.ts";
import { errorPage } from "./page.ts";

/** An error ready for print. */
export interface Described {
  readonly exit: ExitCode;
  /** For people, several lines, ends with a line feed. */
  readonly text: string;
  /** For `--json`. */
  readonly json: { readonly error: Readonly<Record<string, unknown>> };
}

/** Turns whatever was thrown into text, JSON and exit code. Nothing is hidden behind "unknown error". */
export function describeError(thrown: unknown, style: Style, debug: boolean): Described {
  const error = toPolyphonError(thrown);
  const facts = factsOf(error.code);
  const { command } = error.details;
  const cure =
    error.code === "CLI_USAGE" && typeof command === "string" ? `Run \`polyphon help ${command}\`.` : facts.cure;
  const lines = headOf(error, style);
  if (cure !== "") lines.push(`  ${style.dim("remedy")}  ${cure}`);
  lines.push(`  ${style.dim("more")}    ${errorPage(error.code)}`);
  if (debug && thrown instanceof Error) lines.push(clean(stackOf(thrown)));
  return {
    exit: facts.exit,
    text: `${lines.join("\n")}\n`,
    json: { error: { ...error.toJSON(), remedy: cure, docs: `docs/errors/${error.code}.md` } },
  };
}

/** Code and message; a configuration error shows every problem in its place instead of the first one. */
function headOf(error: PolyphonError, style: Style): string[] {
  const title = style.bad(style.bold(`error ${error.code}`));
  if (!(error instanceof ConfigError)) return [`${title}: ${clean(error.message)}`];
  const { problems } = error;
  const omitted = Number(error.details.omitted ?? 0);
  const said = `${count(problems.length + omitted, "problem")}${omitted > 0 ? `, the first ${problems.length} of them above` : ""}`;
  return [formatProblems(problems, { color: style.enabled }), `${title}: ${said}`];
}

function toPolyphonError(thrown: unknown): PolyphonError {
  if (thrown instanceof PolyphonError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new PolyphonError("CLI_INTERNAL", {
    message: `Something that should not happen did: ${message}`,
    cause: thrown,
  });
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${stackOf(error.cause)}` : "";
  return `${error.stack ?? error.message}${cause}`;
}
