import { criterionTarget, criterionValue } from "../../report/criteria.ts";
import { count, duration, percent } from "../../report/format.ts";
import type { Report, ReportTask } from "../../report/index.ts";
import { fitCells, printable, stringWidth } from "./cells.ts";
import { stateWord, taskSign } from "./states.ts";
import type { Style } from "./style.ts";
import { formatTable } from "./table.ts";

/** Cells of criteria beside a task; with less they go below it. */
const BESIDE = 28;

/**
 * A session on a page of terminal: a line per task, then what went wrong, then the verdict.
 *
 * @param width cells of a line. Default: any
 */
export function summary(report: Report, style: Style, width: number = Number.POSITIVE_INFINITY): string {
  const rows = report.tasks.map((task) => [
    taskSign(task.status, style),
    (task.parent === null ? "" : "  ") + printable(task.id),
    printable(task.name),
    stateWord(task.status, style),
    task.attempts === 0 ? "" : String(task.attempts),
    task.durationMs === null ? "" : duration(task.durationMs),
    printable(task.agent ?? ""),
  ]);
  const columns = [{ head: "" }, { head: "TASK" }, { head: "NAME", max: 34 }, { head: "STATUS" }];
  const more = [
    { head: "TRIES", right: true },
    { head: "TIME", right: true },
    { head: "AGENT", max: 20 },
  ];
  const table = formatTable([...columns, ...more], rows, width)
    .trimEnd()
    .split("\n");
  const judged = report.tasks.map((task) => [...waiting(task, style), ...criteria(task, style)]);
  const waits = report.tasks.some((task) => waiting(task, style).length > 0);
  return `${beside(table, judged, waits ? "CRITERIA, OR WHY IT WAITS" : "CRITERIA", width)}\n\n${open(report, style)}${verdict(report, style)}`;
}

/** Puts the criteria of each task beside its line or, where there is no room, below it. */
function beside(
  table: readonly string[],
  judged: readonly (readonly string[])[],
  title: string,
  width: number,
): string {
  const [head = "", ...lines] = table;
  const taken = table.reduce((most, line) => Math.max(most, stringWidth(line)), 0) + 2;
  const column = judged.every((parts) => parts.length === 0) ? "" : title;
  const room = width - taken;
  const below = room < BESIDE && judged.some((parts) => stringWidth(parts.join(", ")) > room);
  if (below) {
    return [head, ...lines.flatMap((line, at) => [line, ...wrap(judged[at] ?? [], width - 6, "      ")])].join("\n");
  }
  const set = (line: string, text: string): string => (text === "" ? line : `${fitCells(line, taken)}${text}`);
  const body = lines.flatMap((line, at) => {
    const [first = "", ...rest] = wrap(judged[at] ?? [], room, "");
    return [set(line, first), ...rest.map((text) => set("", text))];
  });
  return [set(head, column), ...body].join("\n");
}

/** Joins the parts to lines of at most `width` cells; a part is never broken. */
function wrap(parts: readonly string[], width: number, indent: string): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const joined = `${last}, ${part}`;
    if (last === undefined || stringWidth(joined) > width) lines.push(part);
    else lines[lines.length - 1] = joined;
  }
  return lines.map((line) => `${indent}${line}`);
}

/** Why a task does not run yet. */
function waiting({ status, reason }: ReportTask, style: Style): readonly string[] {
  const waits = status === "pending" || status === "ready" || status === "waiting";
  return waits && reason !== null ? [style.dim(printable(reason))] : [];
}

/** The measured values; what was missed with its bound. Of a task at work, only what is known already. */
function criteria(task: ReportTask, style: Style): readonly string[] {
  const known = task.criteria.filter(({ measured }) => measured !== null || task.ended !== null);
  return known.map((criterion) => {
    const name = printable(criterion.name).replaceAll("_", " ");
    if (criterion.measured === null) return style.dim(`${name} not measured`);
    const measured = `${name} ${printable(criterionValue(criterion.name, criterion.measured))}`;
    return criterion.met === false ? style.bad(`${measured} (bound ${criterionTarget(criterion)})`) : measured;
  });
}

function open(report: Report, style: Style): string {
  const sign = style.warn("‖");
  const asked = report.escalations
    .filter((item) => item.resolved === null)
    .map(
      (item) =>
        `${sign} ${printable(item.task)} waits for a person: ${printable(item.issueType)}. ${printable(item.message)}\n  ${item.id}\n`,
    );
  const held = report.alerts
    .filter((alert) => alert.holds)
    .map(
      (alert) =>
        `${sign} ${printable(alert.rule)} holds new tasks back: ${printable(alert.details)}. polyphon resume ${report.session}\n`,
    );
  return [...asked, ...held].join("");
}

function verdict(report: Report, style: Style): string {
  const { totals, durations } = report;
  const words = {
    met: style.good("✓ all criteria met"),
    missed: style.bad(`✗ ${report.status}: not everything was met`),
    waiting: style.warn("‖ waits for a person"),
    unfinished: style.info(`▶ ${report.status}`),
  }[report.outcome];
  const facts = [
    `${totals.byStatus.completed} of ${count(totals.tasks, "task")}`,
    percent(report.percentage),
    duration(durations.totalMs),
    count(totals.attempts, "try", "tries"),
  ];
  if (totals.recoveries > 0) facts.push(count(totals.recoveries, "recovery", "recoveries"));
  return `${words}  ${facts.join(" · ")}\nsession ${report.session}  ${style.dim(printable(report.name))}\n`;
}
