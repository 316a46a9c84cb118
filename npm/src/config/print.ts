import type { ConfigProblem } from "./problem.ts";

export interface PrintOptions {
  /** Emphasise with ANSI colours. Default false. */
  readonly color?: boolean;
  /** Word before the code, for example `warning`. Default none. */
  readonly label?: string;
}

/**
 * Problems for a terminal: `file:line:column  code  message`, then the source line with a caret, then the hint.
 * For machines, a {@link ConfigProblem} is plain JSON already.
 */
export function formatProblems(problems: readonly ConfigProblem[], options: PrintOptions = {}): string {
  return problems.map((problem) => formatProblem(problem, options)).join("\n");
}

function formatProblem(problem: ConfigProblem, options: PrintOptions): string {
  const paint = (code: string, text: string): string => (options.color ? `\u001b[${code}m${text}\u001b[0m` : text);
  const where = paint("1", `${printable(problem.file)}:${problem.line}:${problem.column}`);
  const label = options.label === undefined ? "" : `${options.label} `;
  const code = paint(options.label === undefined ? "31" : "33", `${label}${problem.code}`);
  const lines = [`${where}  ${code}  ${printable(problem.message)}`];
  if (problem.excerpt !== undefined && problem.excerpt.text !== "") {
    const number = String(problem.line);
    lines.push(paint("2", `  ${number} | `) + printable(problem.excerpt.text));
    lines.push(`  ${" ".repeat(number.length)} | ${" ".repeat(problem.excerpt.caret)}${paint("31", "^")}`);
  }
  if (problem.hint !== undefined) lines.push(`  ${paint("36", "hint:")} ${printable(problem.hint)}`);
  return lines.join("\n");
}

/** Text from a file must not steer the terminal. */
function printable(text: string): string {
  return text.toWellFormed().replace(/\p{Cc}/gu, "�");
}
