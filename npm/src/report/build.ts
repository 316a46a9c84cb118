import type { SessionView, TaskView } from "../sessions/view.ts";
import { criticalPath } from "./critical-path.ts";
import { groupCriteria } from "./groups.ts";
import { recoveriesOf } from "./recoveries.ts";
import { totalsOf } from "./totals.ts";
import type { Outcome, Report, ReportTask } from "./types.ts";

/** Makes the report of a session. Pure: the same view gives the same report. */
export function buildReport(raw: SessionView): Report {
  const view = { ...raw, tasks: judgeGroups(raw.tasks) };
  const asOf = view.ended ?? latest(view);
  const tasks = view.tasks.map((task) => taskOf(task, asOf));
  const recoveries = recoveriesOf(view.tasks);
  const chain = criticalPath(tasks, asOf);
  const tries = view.tasks.flatMap((task) => task.history);
  const length = (attempt: (typeof tries)[number]): number => Math.max(0, (attempt.ended ?? asOf) - attempt.started);
  const lost = tries.filter((attempt) => attempt.outcome !== "completed" && attempt.outcome !== "running");
  return {
    version: 1,
    session: view.id,
    name: view.name,
    status: view.status,
    outcome: outcomeOf(view),
    started: view.started,
    ended: view.ended,
    asOf,
    asOfSeq: view.asOfSeq,
    percentage: view.percentage,
    configHash: view.configHash,
    tasks,
    phases: view.phases,
    recoveries,
    escalations: view.escalations,
    alerts: view.alerts,
    facts: view.facts,
    totals: totalsOf(view, recoveries.filter(({ action, next }) => action !== null || next !== null).length),
    durations: {
      totalMs: Math.max(0, asOf - view.started),
      workMs: tries.reduce((sum, attempt) => sum + length(attempt), 0),
      lostMs: lost.reduce((sum, attempt) => sum + length(attempt), 0),
      criticalPath: chain.tasks,
      criticalPathMs: chain.ms,
    },
  };
}

/** Tasks made of parts get their criteria judged by these. */
function judgeGroups(tasks: readonly TaskView[]): readonly TaskView[] {
  const parts = new Map<string, TaskView[]>();
  for (const task of tasks) {
    if (task.parent === null) continue;
    const known = parts.get(task.parent);
    if (known === undefined) parts.set(task.parent, [task]);
    else known.push(task);
  }
  return tasks.map((task) => {
    const own = parts.get(task.id);
    return own === undefined ? task : { ...task, criteria: groupCriteria(task, own) };
  });
}

/** See {@link Outcome}. A session can complete through its gates although a task failed: that is `missed`. */
export function outcomeOf(view: SessionView): Outcome {
  const over = view.status === "completed" || view.status === "failed" || view.status === "cancelled";
  if (over) {
    const clean = view.tasks.every(
      (task) => task.status === "completed" && task.criteria.every((criterion) => criterion.met !== false),
    );
    return view.status === "completed" && clean ? "met" : "missed";
  }
  const asks = view.escalations.some(({ resolved }) => resolved === null) || view.alerts.some(({ holds }) => holds);
  return asks ? "waiting" : "unfinished";
}

function taskOf(task: TaskView, asOf: number): ReportTask {
  return {
    id: task.id,
    parent: task.parent,
    status: task.status,
    attempts: task.attempts,
    agent: task.agent,
    started: task.started,
    ended: task.ended,
    criteria: task.criteria,
    resources: task.resources,
    artifacts: task.artifacts,
    name: task.name,
    taskId: task.taskId,
    after: task.after,
    reason: task.reason,
    percentage: task.percentage,
    durationMs: task.started === null ? null : Math.max(0, (task.ended ?? asOf) - task.started),
    history: task.history,
    output: task.output,
  };
}

/** The latest moment an unfinished session mentions: its "now", without asking a clock. */
function latest(view: SessionView): number {
  let last = view.started;
  for (const task of view.tasks) {
    last = Math.max(last, task.started ?? 0, task.ended ?? 0);
    for (const attempt of task.history) last = Math.max(last, attempt.started, attempt.ended ?? 0);
  }
  for (const escalation of view.escalations) last = Math.max(last, escalation.raised, escalation.resolved ?? 0);
  for (const alert of view.alerts) last = Math.max(last, alert.raised, alert.cleared ?? 0);
  return last;
}
