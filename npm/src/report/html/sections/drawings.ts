import { duration } from "../../format.ts";
import { graphSvg, MAX_DRAWN_TASKS } from "../../svg/graph.ts";
import { type IconName, icon } from "../../svg/icons.ts";
import { MAX_DRAWN_ATTEMPTS, timelineSvg } from "../../svg/timeline.ts";
import type { Report } from "../../types.ts";
import { type Html, html } from "../markup.ts";
import { scroll, section } from "../parts.ts";

/** The task graph. */
export function graph(report: Report): Html | null {
  if (report.tasks.length === 0) return null;
  const drawing = graphSvg(report);
  if (drawing === null) {
    return section(
      "graph",
      "Task graph",
      html`<p>A graph is drawn up to ${MAX_DRAWN_TASKS} tasks; this plan has ${report.tasks.length}. The table of tasks names what each one waits for.</p>`,
    );
  }
  const used = Object.entries(report.totals.byStatus).filter(([, amount]) => amount > 0);
  const legend = used.map(([status]) => html`<li>${icon(status as "completed")}${status}</li>`);
  const path =
    report.durations.criticalPath.length > 1
      ? html`<li><span class="swatch line"></span>path that decided the end</li>`
      : null;
  return section(
    "graph",
    "Task graph",
    html`${scroll("Task graph", drawing)}<ul class="legend">${legend}${path}</ul>`,
    chainHint(report),
  );
}

const LEGEND: readonly (readonly [IconName, string])[] = [
  ["running", "running"],
  ["completed", "completed"],
  ["failed", "failed"],
  ["timeout", "out of time"],
  ["lost", "lost with its agent"],
  ["cancelled", "cancelled"],
  ["refused", "not taken on"],
  ["recovery", "recovery"],
];

/** The timeline of all tries. */
export function timeline(report: Report): Html | null {
  const tries = report.tasks.reduce((sum, task) => sum + task.history.length, 0);
  if (tries === 0) return null;
  const drawing = timelineSvg(report);
  if (drawing === null) {
    return section(
      "timeline",
      "Timeline",
      html`<p>A timeline is drawn up to ${MAX_DRAWN_ATTEMPTS} tries; here there are ${tries}.</p>`,
    );
  }
  const outcomes = new Set<string>(report.tasks.flatMap((task) => task.history.map((attempt) => attempt.outcome)));
  if (report.recoveries.some((item) => item.next !== null)) outcomes.add("recovery");
  const legend = LEGEND.filter(([name]) => outcomes.has(name)).map(
    ([name, words]) => html`<li>${icon(name)}${words}</li>`,
  );
  return section(
    "timeline",
    "Timeline",
    html`${scroll("Timeline", drawing)}<ul class="legend">${legend}</ul>`,
    "A bar per try, by agent. Hatched bars did not succeed; a dashed line leads to the try that followed (#2, #3).",
  );
}

function chainHint(report: Report): string {
  const { criticalPath, criticalPathMs } = report.durations;
  if (criticalPath.length < 2) return "Left to right: what comes first.";
  const shown = criticalPath.length > 12 ? [...criticalPath.slice(0, 6), "…", ...criticalPath.slice(-5)] : criticalPath;
  const what = report.ended === null ? "So far decided by" : "The end was decided by";
  return `${what} ${shown.join(" → ")} (${duration(criticalPathMs)}).`;
}
