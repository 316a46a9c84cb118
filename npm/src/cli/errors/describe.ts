import { PolyphonError } from "../../errors/error.ts";
import { clean } from "../../report/clean.ts";
import type { Style } from "../output/style.ts";
import { factsOf } from "./codes.ts";
import type { ExitCode } from "./exit.ts";

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
  const docs = `docs/errors/${error.code}.md`;
  const lines = [
    `${style.bad(style.bold(`error ${error.code}`))}: ${clean(error.message)}`,
    ...problemLines(error, style),
  ];
  if (facts.cure !== "") lines.push(`  ${style.dim("remedy")}  ${facts.cure}`);
  lines.push(`  ${style.dim("more")}    ${docs}`);
  if (debug && thrown instanceof Error) lines.push(clean(stackOf(thrown)));
  return {
    exit: facts.exit,
    text: `${lines.join("\n")}\n`,
    json: { error: { ...error.toJSON(), remedy: facts.cure, docs } },
  };
}

function toPolyphonError(thrown: unknown): PolyphonError {
  if (thrown instanceof PolyphonError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new PolyphonError("CLI_INTERNAL", {
    message: `Something that should not happen did: ${message}`,
    cause: thrown,
  });
}

/** A configuration error lists everything that is wrong; one line each, where it stands first. */
function problemLines(error: PolyphonError, style: Style): readonly string[] {
  const { problems } = error.details;
  if (!Array.isArray(problems)) return [];
  return problems.map((problem: unknown) => {
    const { file, line, column, code, message, hint } = problem as Readonly<Record<string, unknown>>;
    const place = `${String(file)}:${String(line)}:${String(column)}`;
    const advice = typeof hint === "string" ? ` (${hint})` : "";
    return `  ${style.bold(clean(place))}  ${String(code)}  ${clean(`${String(message)}${advice}`)}`;
  });
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${stackOf(error.cause)}` : "";
  return `${error.stack ?? error.message}${cause}`;
}
