import { count, duration } from "../format.ts";
import { type Html, html } from "../html/markup.ts";
import { type Box, compound } from "../layout/compound.ts";
import type { LayoutEdge, Point } from "../layout/types.ts";
import type { Report, ReportTask } from "../types.ts";
import { fixed, iconAt } from "./icons.ts";
import { fitText, textWidth } from "./text.ts";

/** Above this a drawing explains nothing any more; the tables hold every task. */
export const MAX_DRAWN_TASKS = 300;

const LEAF = { width: 188, height: 54 };
const MARGIN = 10;

/** The task graph as inline SVG; `null` when the plan is too large to draw. */
export function graphSvg(report: Report): Html | null {
  const { tasks } = report;
  if (tasks.length === 0 || tasks.length > MAX_DRAWN_TASKS) return null;
  const ids = new Map(tasks.map((task, index) => [task.id, index]));
  const items = tasks.map((task, id) => ({ id, parent: task.parent === null ? null : (ids.get(task.parent) ?? null) }));
  const edges: LayoutEdge[] = tasks.flatMap((task, to) =>
    task.after.flatMap((key) => {
      const from = ids.get(key);
      return from === undefined || from === to ? [] : [{ from, to }];
    }),
  );
  const layout = compound(items, edges, { leaf: LEAF, title: 50, padding: 12 });
  const main = mainSteps(report, ids, items);
  const lines = layout.edges.map((edge) => {
    const strong = main.has(`${edge.from} ${edge.to}`);
    const title = `${tasks[edge.from]?.id} before ${tasks[edge.to]?.id}`;
    return html`<path class="edge${strong ? " main" : ""}" marker-end="url(#arrow${strong ? "-main" : ""})" d="${curve(edge.points)}"><title>${title}</title></path>`;
  });
  const boxes = layout.boxes.map((box) => card(box, tasks[box.id] as ReportTask, report));
  const width = layout.width + 2 * MARGIN;
  const height = layout.height + 2 * MARGIN;
  const summary = `${count(tasks.length, "task")} and ${count(edges.length, "dependency", "dependencies")}, from left to right. The table of tasks says the same in words.`;
  return html`<svg class="graph" role="img" aria-labelledby="graph-title graph-desc" viewBox="${fixed(-MARGIN)} ${fixed(-MARGIN)} ${fixed(width)} ${fixed(height)}" style="--least:${fixed(Math.min(width, 320) + Math.max(0, width - 320) * 0.7)}px" width="${fixed(width)}" height="${fixed(height)}">
<title id="graph-title">Task graph</title><desc id="graph-desc">${summary}</desc>
${boxes.filter((_, index) => layout.boxes[index]?.frame)}${lines}${boxes.filter((_, index) => !layout.boxes[index]?.frame)}
</svg>`;
}

function card(box: Box, task: ReportTask, report: Report): Html {
  const note = noteOf(task, box.width - 60 - textWidth(task.id, 13));
  const noteWidth = textWidth(note, 11);
  const key = fitText(task.id, box.width - 60 - noteWidth, 13);
  const name = fitText(task.name, box.width - 42, 11);
  const critical = report.durations.criticalPath.includes(task.id) ? " main" : "";
  const shape = box.frame ? "frame" : "card";
  const tip = `${task.id} · ${task.name} · ${task.status}${task.reason === null ? "" : ` (${task.reason})`}${note === "" ? "" : ` · ${note}`}`;
  return html`<g class="node s-${task.status}${critical}" transform="translate(${fixed(box.x)} ${fixed(box.y)})"><title>${tip}</title>
<rect class="${shape}" width="${fixed(box.width)}" height="${fixed(box.height)}" rx="8"/>${iconAt(task.status, 11, 11, 16)}
<text class="key" x="34" y="24">${key}</text><text class="note" x="${fixed(box.width - 11)}" y="24">${note}</text><text class="name" x="34" y="41">${name}</text></g>
`;
}

/** Time and tries, as far as there is something to say, and room. */
function noteOf(task: ReportTask, room: number): string {
  const parts: string[] = [];
  if (task.attempts > 1) parts.push(`${task.attempts} tries`);
  if (task.durationMs !== null) parts.push(duration(task.durationMs));
  const whole = parts.join(" · ");
  return textWidth(whole, 11) <= room ? whole : (parts.at(-1) ?? "");
}

/** Edges between siblings that the critical path runs along, as `from to`. */
function mainSteps(
  report: Report,
  ids: ReadonlyMap<string, number>,
  items: readonly { readonly parent: number | null }[],
): ReadonlySet<string> {
  const steps = new Set<string>();
  const holders = (key: string | undefined): readonly number[] => {
    const found: number[] = [];
    let at: number | null | undefined = key === undefined ? undefined : ids.get(key);
    while (at !== null && at !== undefined && !found.includes(at)) {
      found.push(at);
      at = items[at]?.parent;
    }
    return found;
  };
  report.durations.criticalPath.forEach((key, index, chain) => {
    for (const from of holders(key)) for (const to of holders(chain[index + 1])) steps.add(`${from} ${to}`);
  });
  return steps;
}

/** A smooth line through the points: level at each, bending half way between columns. */
function curve(points: readonly Point[]): Html {
  const [first, ...rest] = points as readonly [Point, ...Point[]];
  let at = first;
  const parts = [html`M${fixed(first.x)} ${fixed(first.y)}`];
  for (const point of rest) {
    const middle = (at.x + point.x) / 2;
    parts.push(
      at.y === point.y
        ? html`L${fixed(point.x)} ${fixed(point.y)}`
        : html`C${fixed(middle)} ${fixed(at.y)} ${fixed(middle)} ${fixed(point.y)} ${fixed(point.x)} ${fixed(point.y)}`,
    );
    at = point;
  }
  return html`${parts}`;
}
