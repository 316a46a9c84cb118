import { duration, percent } from "../../report/format.ts";
import type { SessionView, TaskView } from "../../sessions/view.ts";
import { fitCells, printable, stringWidth } from "../output/cells.ts";
import { taskSign } from "../output/states.ts";
import type { Style } from "../output/style.ts";
import { bar } from "./bar.ts";
import { pickTasks } from "./pick.ts";

export interface FrameOptions {
  readonly style: Style;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly columns: number;
  readonly rows: number;
}

/** The picture of a session at one moment: a bar per task, one for all. Never higher or wider than the terminal. */
export function frame(view: SessionView, options: FrameOptions): string {
  const width = Math.max(20, Math.min(options.columns - 1, 110));
  const { shown, hidden } = pickTasks(view.tasks, Math.max(1, options.rows - 6));
  const lines = [head(view, options, width), ""];
  const columns = columnsOf(shown, width, options.now);
  for (const task of shown) lines.push(taskLine(task, columns, options));
  if (hidden !== "") lines.push(options.style.dim(fitCells(`  … ${hidden}`, width)));
  lines.push("", totalLine(view, width, options));
  return lines.map((line) => line.trimEnd()).join("\n");
}

function head(view: SessionView, { style }: FrameOptions, width: number): string {
  const name = fitCells(printable(view.name), Math.min(stringWidth(printable(view.name)), width - 12));
  const phase = view.phases.find((candidate) => candidate.status === "open");
  const room = width - stringWidth(name) - 2;
  const holds = view.alerts.find((alert) => alert.holds);
  const stands = view.status === "paused" ? "paused" : holds === undefined ? "" : `held by ${printable(holds.rule)}`;
  const work = phase === undefined ? view.status : printable(phase.name);
  const text = fitCells(stands || work, Math.max(0, Math.min(room, stringWidth(stands || work))));
  return `${style.bold(name)}  ${stands === "" ? style.dim(text) : style.warn(text)}`;
}

interface Columns {
  readonly key: number;
  readonly name: number;
  readonly bar: number;
  readonly note: number;
}

/** Shares the width: key first, then a bar, then what is worth a note, and the name takes what is left. */
function columnsOf(tasks: readonly TaskView[], width: number, now: number): Columns {
  const widest = (cells: (task: TaskView) => number): number =>
    tasks.reduce((most, task) => Math.max(most, cells(task)), 0);
  const key = Math.min(16, Math.max(2, widest(keyCells)));
  const rest = width - key - 12;
  const barWidth = rest >= 70 ? 20 : rest >= 48 ? 12 : rest >= 30 ? 8 : 0;
  const note = Math.min(
    widest((task) => stringWidth(noteOf(task, now))),
    Math.max(0, Math.floor((rest - barWidth) / 2)),
  );
  const name = Math.min(
    widest((task) => stringWidth(printable(task.name))),
    Math.max(0, rest - barWidth - note),
  );
  return { key, name, bar: barWidth, note };
}

function taskLine(task: TaskView, columns: Columns, { style, now }: FrameOptions): string {
  const indent = task.parent === null ? "" : "  ";
  const key = fitCells(indent + printable(task.id), columns.key);
  const percentage = task.status === "completed" ? 100 : task.percentage;
  const { filled, rest: empty } = bar(percentage, columns.bar);
  const colour =
    task.status === "failed"
      ? style.bad
      : task.status === "waiting"
        ? style.warn
        : task.status === "running"
          ? style.info
          : style.good;
  const idle = task.status === "pending" || task.status === "skipped" || task.status === "cancelled";
  const name = fitCells(printable(task.name), columns.name);
  const drawn = `${idle ? style.dim(filled) : colour(filled)}${style.dim(empty)}`;
  const figure = fitCells(idle && percentage === 0 ? "" : percent(Math.floor(percentage)), 6, "right");
  return `${taskSign(task.status, style)} ${idle ? style.dim(key) : key} ${idle ? style.dim(name) : name} ${drawn}${figure}  ${style.dim(fitCells(noteOf(task, now), columns.note).trimEnd())}`;
}

/** What is worth saying about a task in few words. */
function noteOf(task: TaskView, now: number): string {
  const last = task.history.at(-1);
  const tries = task.attempts > 1 ? ` #${task.attempts}` : "";
  if (task.status === "running" && last !== undefined) {
    return `${printable(last.agent)}${tries} ${duration(Math.max(0, now - last.started))}`;
  }
  if (task.status === "completed" && task.started !== null && task.ended !== null) {
    return `${duration(task.ended - task.started)}${tries}`;
  }
  if (task.reason !== null) return printable(task.reason);
  return last?.error === null || last === undefined ? "" : printable(last.error.type);
}

function totalLine(view: SessionView, width: number, { style }: FrameOptions): string {
  const counted = view.tasks.reduce<Record<string, number>>((all, task) => {
    all[task.status] = (all[task.status] ?? 0) + 1;
    return all;
  }, {});
  const parts = [`${counted.completed ?? 0} of ${view.tasks.length}`];
  for (const status of ["running", "waiting", "failed"])
    if (counted[status] !== undefined) parts.push(`${counted[status]} ${status}`);
  if (view.etaMs !== null && view.ended === null && counted.running !== undefined)
    parts.push(`about ${duration(view.etaMs)} left`);
  const barWidth = Math.max(8, Math.min(30, width - 58));
  const { filled, rest } = bar(view.percentage, barWidth);
  const text = fitCells(parts.join(" · "), Math.max(0, width - barWidth - 16));
  return `  ${style.bold("total")} ${style.good(filled)}${style.dim(rest)}${fitCells(percent(Math.floor(view.percentage)), 6, "right")}  ${text}`;
}

function keyCells(task: TaskView): number {
  return stringWidth(printable(task.id)) + (task.parent === null ? 0 : 2);
}
