import type { EscalationView } from "../../../sessions/view.ts";
import { offset } from "../../format.ts";
import { icon } from "../../svg/icons.ts";
import type { Report, ReportRecovery } from "../../types.ts";
import { type Html, html } from "../markup.ts";
import { badge, section, table } from "../parts.ts";
import { time } from "./head.ts";

/** Tries that did not succeed and what was done about each. */
export function recoveries(report: Report): Html | null {
  if (report.recoveries.length === 0) return null;
  const rows = report.recoveries.map((item) => row(item, report.started));
  return section(
    "recoveries",
    "Recoveries",
    table(
      "Tries that did not succeed, in order of time",
      [{ num: "At" }, "Task", "Ended", "Error", "Recovery", "Next try"],
      rows,
    ),
  );
}

/** What people were asked, and what they answered. */
export function escalations(report: Report): Html | null {
  if (report.escalations.length === 0) return null;
  return section("escalations", "Escalations", html`${report.escalations.map(card)}`);
}

function row(item: ReportRecovery, origin: number): Html {
  const error =
    item.error === null
      ? html`<span class="mute">none reported</span>`
      : html`<b>${item.error.type}</b><br><span class="small">${item.error.message}</span>`;
  const action =
    item.action === null
      ? html`<span class="mute">none</span>`
      : html`Level ${item.level} · ${item.action.replaceAll("_", " ")}`;
  const next = item.next === null ? html`<span class="mute">none</span>` : badge(item.next, item.next, item.next);
  return html`<tr><td class="num">${offset(item.at, origin)}</td><th scope="row">${item.task} <span class="mute small">try ${item.attempt}</span></th><td class="tight">${badge(item.outcome, item.outcome, item.outcome)}<br><span class="mute small">${item.agent}</span></td><td class="wide">${error}</td><td>${action}</td><td>${next}</td></tr>
`;
}

function card(item: EscalationView): Html {
  const answer =
    item.resolved === null
      ? html`<b>Open.</b> Answer with <code>polyphon approve|retry|abort ${item.id}</code>`
      : html`Answered <b>${item.decision ?? "without a decision"}</b> at ${time(item.resolved)}`;
  const blocked =
    item.blockingTasks.length === 0 ? null : html`<p class="small">Holds up: ${item.blockingTasks.join(", ")}</p>`;
  const advice =
    item.recommendedActions.length === 0
      ? null
      : html`<ul class="small">${item.recommendedActions.map((action) => html`<li>${action}</li>`)}</ul>`;
  return html`<article class="ask-card t-${item.severity}"><h3>${icon("warning", item.severity)}<span>${item.task}: ${item.issueType.replaceAll("_", " ")} <span class="mute">(${item.severity})</span></span></h3>
<p>${item.message}</p><p class="small mute">Raised ${time(item.raised)} · ${answer}</p>${blocked}${advice}</article>
`;
}
