import type { SessionView, TaskStatus } from "../sessions/view.ts";
import type { ReportTotals } from "./types.ts";

/** Counts over a whole session. */
export function totalsOf(view: SessionView, recoveries: number): ReportTotals {
  const byStatus: Record<TaskStatus, number> = {
    pending: 0,
    ready: 0,
    running: 0,
    completed: 0,
    failed: 0,
    skipped: 0,
    waiting: 0,
    cancelled: 0,
  };
  for (const task of view.tasks) byStatus[task.status] += 1;
  const criteria = view.tasks.flatMap((task) => task.criteria);
  const artifacts = view.tasks.flatMap((task) => task.artifacts);
  const history = view.tasks.flatMap((task) => task.history);
  return {
    tasks: view.tasks.length,
    byStatus,
    agents: new Set(history.map((attempt) => attempt.agent)).size,
    attempts: view.tasks.reduce((sum, task) => sum + task.attempts, 0),
    recoveries,
    escalations: {
      raised: view.escalations.length,
      open: view.escalations.filter((escalation) => escalation.resolved === null).length,
    },
    alerts: view.alerts.length,
    criteria: {
      met: criteria.filter((criterion) => criterion.met === true).length,
      missed: criteria.filter((criterion) => criterion.met === false).length,
      unmeasured: criteria.filter((criterion) => criterion.met === null).length,
    },
    artifacts: { count: artifacts.length, bytes: artifacts.reduce((sum, artifact) => sum + artifact.bytes, 0) },
    memoryPeakBytes: fold(view, (task) => task.resources.memoryPeakBytes, Math.max),
    cpuMs: fold(
      view,
      (task) => task.resources.cpuMs,
      (a, b) => a + b,
    ),
  };
}

/** Folds the measured values; `null` when nothing was measured, so that "unknown" never reads as zero. */
function fold(
  view: SessionView,
  value: (task: SessionView["tasks"][number]) => number | null,
  join: (a: number, b: number) => number,
): number | null {
  let result: number | null = null;
  for (const task of view.tasks) {
    const measured = value(task);
    if (measured !== null) result = result === null ? measured : join(result, measured);
  }
  return result;
}
