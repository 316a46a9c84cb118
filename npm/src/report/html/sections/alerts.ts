import type { Report } from "../../types.ts";
import { type Html, html } from "../markup.ts";
import { badge, section, table } from "../parts.ts";
import { time } from "./head.ts";

/** Alert rules that fired and what they did. */
export function alerts(report: Report): Html | null {
  if (report.alerts.length === 0) return null;
  const rows = report.alerts.map(
    (alert) =>
      html`<tr><td class="tight">${time(alert.raised)}</td><th scope="row">${alert.rule.replaceAll("_", " ")}</th><td>${badge("warning", alert.severity, alert.severity)}</td><td>${alert.action.replaceAll("_", " ")}</td><td class="tight">${alert.cleared === null ? html`<span class="mute">still on</span>` : time(alert.cleared)}</td><td class="wide">${alert.details}</td></tr>
`,
  );
  return section(
    "alerts",
    "Alerts",
    table("Rules that fired, in order of time", ["Raised", "Rule", "Severity", "Action", "Cleared", "Details"], rows),
  );
}
