import { type ConfigProblem, formatProblems } from "../../config/index.ts";
import type { Style } from "./style.ts";

/** What deserves a look, each with its place and the line it stands in. */
export function warningLines(warnings: readonly ConfigProblem[], style: Style): string {
  return warnings.length === 0 ? "" : `${formatProblems(warnings, { label: "warning", color: style.enabled })}\n`;
}
