import { factKind } from "../../format.ts";
import type { Report } from "../../types.ts";
import { type Html, html } from "../markup.ts";
import { section, table } from "../parts.ts";

/** The task ledger: what was known, or not, about the work. */
export function facts(report: Report): Html | null {
  if (report.facts.length === 0) return null;
  const rows = report.facts.map(
    ({ kind, text, source }) =>
      html`<tr><td class="tight">${factKind(kind)}</td><td class="wide">${text}</td><td>${source}</td></tr>
`,
  );
  return section(
    "facts",
    "Facts",
    table("The task ledger, in the order it was told", ["Kind", "Fact", "Source"], rows),
  );
}
