import { outcomeOf } from "../../report/build.ts";
import type { AttemptView, SessionView, TaskView } from "../../sessions/view.ts";
import { fields, word } from "../output/fields.ts";
import type { Style } from "../output/style.ts";

/** Something that happened between two views. */
export interface Transition {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** `session`, `phase`, `task`, `escalation` or `alert`. */
  readonly subject: string;
  readonly id: string;
  /** What happened, one word. */
  readonly event: string;
  readonly values: Values;
}

type Values = Parameters<typeof fields>[0];

/** One line: time, subject, id, event, then `key=value`. Without colours exactly what programs look for. */
export function transitionLine({ at, subject, id, event, values }: Transition, style: Style): string {
  const extra = fields(values);
  const tail = extra === "" ? "" : ` ${style.dim(extra)}`;
  return `${style.dim(stamp(at))} ${subject} ${style.bold(word(id))} ${toneOf(event, style)(event)}${tail}`;
}

function toneOf(event: string, style: Style): (text: string) => string {
  if (event === "completed" || event === "passed" || event === "resolved" || event === "cleared") return style.good;
  if (event.includes("fail") || event === "try-timeout" || event === "try-lost") return style.bad;
  if (event === "waiting" || event === "raised" || event === "paused") return style.warn;
  return event === "started" || event === "open" ? style.info : (text) => text;
}

/**
 * Every transition between two views of a session, in order of time. Tries come from the history and not from the
 * status, so that nothing is lost when much happened between the two. `before` is absent for the first view.
 */
export function transitions(before: SessionView | undefined, after: SessionView): readonly Transition[] {
  const found: Transition[] = [];
  const add: Add = (at, subject, id, event, values = {}) => {
    found.push({ at, subject, id, event, values });
  };
  if (before === undefined) {
    add(after.started, "session", after.id, "started", { name: after.name, tasks: after.tasks.length });
  }
  const phases = new Map(before?.phases.map((phase) => [phase.name, phase.status]));
  const tasks = new Map(before?.tasks.map((task) => [task.id, task]));
  const now = latest(after);
  for (const task of after.tasks) taskTransitions(tasks.get(task.id), task, now, add);
  for (const phase of after.phases) {
    const was = phases.get(phase.name) ?? "pending";
    if (was !== phase.status)
      add(phaseTime(after, phase.tasks, phase.status === "open", now), "phase", phase.name, phase.status);
  }
  const asked = new Map(before?.escalations.map((item) => [item.id, item]));
  for (const item of after.escalations) {
    const was = asked.get(item.id);
    if (was === undefined) {
      add(item.raised, "escalation", item.id, "raised", {
        task: item.task,
        issue: item.issueType,
        severity: item.severity,
      });
    }
    if ((was?.resolved ?? null) === null && item.resolved !== null) {
      add(item.resolved, "escalation", item.id, "resolved", { task: item.task, decision: item.decision });
    }
  }
  const rang = new Map(before?.alerts.map((alert) => [`${alert.rule} ${alert.raised}`, alert]));
  for (const alert of after.alerts) {
    const was = rang.get(`${alert.rule} ${alert.raised}`);
    if (was === undefined)
      add(alert.raised, "alert", alert.rule, "raised", { severity: alert.severity, action: alert.action });
    if ((was?.cleared ?? null) === null && alert.cleared !== null) add(alert.cleared, "alert", alert.rule, "cleared");
  }
  const was = before?.status ?? "running";
  if (was !== after.status) {
    const ended = after.ended !== null;
    const values = ended ? { outcome: outcomeOf(after), ms: (after.ended ?? 0) - after.started } : {};
    found.sort(inOrder);
    add(Math.max(after.ended ?? now, found.at(-1)?.at ?? 0), "session", after.id, after.status, values);
  }
  return found.sort(inOrder);
}

type Add = (at: number, subject: string, id: string, event: string, values?: Values) => void;

function taskTransitions(before: TaskView | undefined, after: TaskView, now: number, add: Add): void {
  const seen = new Map(before?.history.map((attempt) => [attempt.number, attempt]));
  for (const attempt of after.history) {
    const was = seen.get(attempt.number);
    if (was === undefined)
      add(attempt.started, "task", after.id, "started", { try: attempt.number, agent: attempt.agent });
    if ((was === undefined || was.ended === null) && attempt.ended !== null)
      ended(after.id, attempt, attempt.ended, add);
  }
  const was = before?.status ?? "pending";
  if (was === after.status || after.status === "running" || after.status === "pending") return;
  const told = after.history.at(-1);
  // The end of the last try said it already.
  if (told !== undefined && told.ended !== null && after.status === "completed" && told.outcome === "completed") return;
  add(after.ended ?? now, "task", after.id, after.status, { reason: after.reason });
}

function ended(task: string, attempt: AttemptView, at: number, add: Add): void {
  add(at, "task", task, attempt.outcome === "completed" ? "completed" : `try-${attempt.outcome}`, {
    try: attempt.number,
    agent: attempt.agent,
    ms: at - attempt.started,
    error: attempt.error?.type,
    message: attempt.error?.message,
    level: attempt.recovery?.level,
    recovery: attempt.recovery?.action,
  });
}

/** By time; in one moment what ends comes before what it makes possible. */
function inOrder(a: Transition, b: Transition): number {
  return a.at - b.at || rankOf(a) - rankOf(b);
}

function rankOf({ subject, event, values }: Transition): number {
  if (subject === "session") return event === "started" ? 0 : 6;
  if (subject === "phase") return event === "open" ? 3 : 2;
  // A try that took no time still begins before it ends.
  if (subject === "task") return event === "started" ? 4 : values.ms === 0 ? 5 : 1;
  return 5;
}

/** When a phase opened or closed, as far as its tasks tell. */
function phaseTime(view: SessionView, keys: readonly string[], opened: boolean, now: number): number {
  const own = view.tasks.filter((task) => keys.includes(task.id));
  const times = own.map((task) => (opened ? task.started : task.ended)).filter((time) => time !== null);
  if (times.length === 0) return now;
  return times.reduce((found, time) => (opened ? Math.min(found, time) : Math.max(found, time)));
}

function latest(view: SessionView): number {
  return view.tasks.reduce(
    (last, task) => Math.max(last, task.started ?? 0, task.ended ?? 0, task.history.at(-1)?.ended ?? 0),
    view.started,
  );
}

function stamp(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}
