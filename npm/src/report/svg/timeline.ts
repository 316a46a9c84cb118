import type { AttemptView } from "../../sessions/view.ts";
import { count, duration } from "../format.ts";
import { type Html, html } from "../html/markup.ts";
import { lanes } from "../layout/lanes.ts";
import { type TimeScale, timeScale } from "../layout/time-scale.ts";
import type { Report } from "../types.ts";
import { fixed } from "./icons.ts";
import { fitText } from "./text.ts";
import { attemptBar, escalationBar, type PlacedAttempt, recoveryLine } from "./timeline-marks.ts";

/** Above this the bars would be thinner than a line. */
export const MAX_DRAWN_ATTEMPTS = 2_000;

const WIDTH = 1_040;
const LABEL = 118;
const ROW = 26;
const HEAD = 26;

/** Who did what when: a lane per agent, a bar per try, lines from a failed try to its recovery. */
export function timelineSvg(report: Report): Html | null {
  const tries = report.tasks.flatMap((task) => task.history.map((attempt) => ({ task: task.id, attempt })));
  if (tries.length === 0 || tries.length > MAX_DRAWN_ATTEMPTS) return null;
  const endOf = (attempt: AttemptView): number => Math.max(attempt.started, attempt.ended ?? report.asOf);
  const starts = tries.map(({ attempt }) => attempt.started);
  const whole = {
    from: starts.reduce((least, start) => Math.min(least, start), report.started),
    to: tries.reduce((last, { attempt }) => Math.max(last, endOf(attempt)), report.asOf),
  };
  const busy = tries.map(({ attempt }) => ({ from: attempt.started, to: endOf(attempt) }));
  const scale = timeScale(whole, busy, WIDTH - LABEL - 12);
  const x = (ms: number): number => LABEL + scale.x(ms);

  const agents = [...new Set(tries.map(({ attempt }) => attempt.agent))].sort();
  const placed: PlacedAttempt[] = [];
  const labels: Html[] = [];
  let top = HEAD;
  for (const agent of agents) {
    const own = tries.filter(({ attempt }) => attempt.agent === agent);
    const stack = lanes(own.map(({ attempt }) => ({ from: attempt.started, to: endOf(attempt) })));
    own.forEach(({ task, attempt }, index) => {
      const row = stack.rows[index] ?? 0;
      const left = x(attempt.started);
      const next = own.reduce(
        (least, other, at) =>
          stack.rows[at] === row && other.attempt.started > attempt.started
            ? Math.min(least, x(other.attempt.started))
            : least,
        WIDTH - 4,
      );
      const width = Math.max(3, Math.min(next - 1, x(endOf(attempt))) - left);
      placed.push({ task, attempt, end: endOf(attempt), x: left, y: top + row * ROW + 3, width, room: next - left });
    });
    labels.push(laneLabel(agent, top, stack.count));
    top += stack.count * ROW;
  }
  const asked = report.escalations;
  const waits = lanes(asked.map((item) => ({ from: item.raised, to: item.resolved ?? whole.to })));
  const people = asked.map((item, index) =>
    escalationBar(item, {
      from: x(item.raised),
      to: x(item.resolved ?? whole.to),
      y: top + (waits.rows[index] ?? 0) * ROW + 3,
      edge: WIDTH,
    }),
  );
  if (asked.length > 0) {
    labels.push(laneLabel("people", top, waits.count));
    top += waits.count * ROW;
  }
  const height = top + 6;
  const failed = report.recoveries.length;
  const summary = `${count(tries.length, "try", "tries")} on ${count(agents.length, "agent")} in ${duration(report.durations.totalMs)}; ${count(failed, "try", "tries")} did not succeed. The lists of tasks and recoveries say the same in words.`;
  return html`<svg class="timeline" role="img" aria-labelledby="timeline-title timeline-desc" viewBox="0 0 ${WIDTH} ${fixed(height)}" width="${WIDTH}" height="${fixed(height)}">
<title id="timeline-title">Timeline</title><desc id="timeline-desc">${summary}</desc>
${axis(scale, whole.from, height)}${labels}${recoveryLines(placed)}${placed.map(attemptBar)}${people}
</svg>`;
}

function laneLabel(name: string, top: number, rows: number): Html {
  return html`<line class="lane" x1="0" x2="${WIDTH}" y1="${top}" y2="${top}"/><text class="lane-name" x="4" y="${fixed(top + (rows * ROW) / 2 + 4)}"><title>${name}</title>${fitText(name, LABEL - 16, 12)}</text>
`;
}

function axis(scale: TimeScale, origin: number, height: number): Html {
  const ticks = scale.ticks.map(
    (tick) =>
      html`<line class="tick" x1="${fixed(LABEL + tick.x)}" x2="${fixed(LABEL + tick.x)}" y1="${HEAD - 6}" y2="${fixed(height)}"/><text class="tick-label" x="${fixed(LABEL + tick.x)}" y="12">${tickLabel(tick.ms - origin)}</text>`,
  );
  const folds = scale.folds.map(
    (fold) =>
      html`<g class="fold"><title>${duration(fold.ms)} with nothing running</title><rect x="${fixed(LABEL + fold.x)}" y="${HEAD - 6}" width="${fixed(fold.width)}" height="${fixed(height - HEAD + 6)}" fill="url(#hatch)"/><text class="fold-label" x="${fixed(LABEL + fold.x + fold.width / 2)}" y="${HEAD - 10}">${duration(fold.ms)}</text></g>`,
  );
  return html`${ticks}${folds}
`;
}

function tickLabel(ms: number): string {
  return ms === 0
    ? "0"
    : duration(ms)
        .replace(/\.0+ /, " ")
        .replace(/(\.\d*[1-9])0+ /, "$1 ");
}

function recoveryLines(bars: readonly PlacedAttempt[]): Html {
  const byTask = new Map<string, PlacedAttempt[]>();
  for (const bar of bars) byTask.set(bar.task, [...(byTask.get(bar.task) ?? []), bar]);
  const lines: Html[] = [];
  for (const own of byTask.values()) {
    const ordered = own.sort((a, b) => a.attempt.number - b.attempt.number);
    ordered.slice(1).forEach((next, index) => {
      lines.push(recoveryLine(ordered[index] as PlacedAttempt, next));
    });
  }
  return html`${lines}`;
}
