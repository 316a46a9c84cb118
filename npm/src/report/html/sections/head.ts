import { count, duration, isConfigured, moment, percent } from "../../format.ts";
import { type IconName, icon } from "../../svg/icons.ts";
import type { Outcome, Report } from "../../types.ts";
import { type Html, html } from "../markup.ts";

const VERDICTS: Readonly<Record<Outcome, readonly [IconName, string, string]>> = {
  met: ["completed", "met", "Completed: every task and every criterion met"],
  missed: ["failed", "missed", "Ended without meeting everything"],
  waiting: ["waiting", "waiting", "Waits for a person"],
  unfinished: ["running", "running", "Not finished yet"],
};

/** Name, verdict and the facts that identify the run. */
export function head(report: Report): Html {
  const [name, tone, words] = VERDICTS[report.outcome];
  const { byStatus, tasks } = report.totals;
  const shares = Object.entries(byStatus).filter(([, amount]) => amount > 0);
  const parts = shares.map(
    ([status, amount]) =>
      html`<span class="t-${status}" style="--w:${((amount / Math.max(1, tasks)) * 100).toFixed(2)}%"></span>`,
  );
  const said = shares.map(([status, amount]) => `${amount} ${status}`).join(", ");
  const ended = report.ended === null ? null : html`<div><dt>ended</dt><dd>${time(report.ended)}</dd></div>`;
  const configuration = isConfigured(report.configHash)
    ? html`<div><dt>configuration</dt><dd class="mono">${report.configHash.slice(0, 12)}</dd></div>`
    : null;
  return html`<header>
<h1><bdi>${report.name}</bdi></h1>
<dl class="meta"><div><dt>session</dt><dd class="mono">${report.session}</dd></div><div><dt>status</dt><dd>${report.status}</dd></div><div><dt>started</dt><dd>${time(report.started)}</dd></div>${ended}${configuration}</dl>
<p class="verdict">${icon(name, tone)}${words} · ${percent(report.percentage)}</p>
<div class="total" role="img" aria-label="Tasks: ${said === "" ? "none" : said}">${parts}</div>
${tiles(report)}</header>
`;
}

/** A moment in universal time. */
export function time(ms: number): Html {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? html`${ms}` : html`<time datetime="${date.toISOString()}">${moment(ms)}</time>`;
}

function tiles(report: Report): Html {
  const { totals, durations } = report;
  const criteria = totals.criteria.met + totals.criteria.missed + totals.criteria.unmeasured;
  const peak = totals.memoryPeakBytes === null ? "unknown" : `${Math.round(totals.memoryPeakBytes / 1_048_576)} MB`;
  const all: readonly (readonly [string, string, string])[] = [
    ["Tasks completed", `${totals.byStatus.completed} of ${totals.tasks}`, count(totals.agents, "agent")],
    ["Criteria met", `${totals.criteria.met} of ${criteria}`, `${totals.criteria.missed} missed`],
    ["Duration", duration(durations.totalMs), `${duration(durations.workMs)} of work`],
    ["Tries", String(totals.attempts), `${totals.recoveries} not successful`],
    ["Escalations", String(totals.escalations.raised), `${totals.escalations.open} open`],
    ["Highest memory", peak, totals.cpuMs === null ? "CPU unknown" : `${duration(totals.cpuMs)} of CPU`],
  ];
  const shown = all.map(
    ([label, value, note]) =>
      html`<div class="tile"><dt>${label}</dt><dd>${value}<span class="sub">${note}</span></dd></div>`,
  );
  return html`<dl class="tiles">${shown}</dl>`;
}
