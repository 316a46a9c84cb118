import type { SessionView, TaskView } from "../../sessions/view.ts";

/**
 * Whether nothing will happen any more until a person acts: no task runs, and every open one has an open escalation,
 * stands behind one that has, or is new while an alert holds new tasks back. In a paused session nothing runs by itself.
 * What this cannot explain, such as a task that waits for its next try, counts as "may still happen".
 */
export function onlyWaitsForPeople(view: SessionView): boolean {
  if (view.status === "paused") return view.tasks.every((task) => task.status !== "running");
  const held = view.alerts.some((alert) => alert.holds);
  if (!held && !view.escalations.some((escalation) => escalation.resolved === null)) return false;
  const groups = new Set(view.tasks.map((task) => task.parent));
  const leaves = view.tasks.filter((task) => !groups.has(task.id));
  const stuck = stuckTasks(view);
  return leaves.every((task) => {
    if (task.status === "running") return false;
    const open = task.status === "waiting" || task.status === "ready" || task.status === "pending";
    return !open || stuck.has(task.id) || (held && task.attempts === 0);
  });
}

/** Keys of tasks with an open escalation, and of all that stand behind them: by dependency, parent or phase. */
function stuckTasks(view: SessionView): ReadonlySet<string> {
  const stuck = new Set<string>();
  for (const escalation of view.escalations) {
    if (escalation.resolved === null) for (const key of [escalation.task, ...escalation.blockingTasks]) stuck.add(key);
  }
  const children = childrenOf(view.tasks);
  const phaseOf = new Map(view.phases.flatMap((phase, index) => phase.tasks.map((key) => [key, index] as const)));
  for (let size = -1; size !== stuck.size; ) {
    size = stuck.size;
    let earliest = Number.POSITIVE_INFINITY;
    for (const key of stuck) earliest = Math.min(earliest, phaseOf.get(key) ?? Number.POSITIVE_INFINITY);
    for (const task of view.tasks) {
      const parentStuck = task.parent !== null && stuck.has(task.parent) && task.status === "pending";
      const partStuck = (children.get(task.id) ?? []).some((part) => stuck.has(part));
      const laterPhase = (phaseOf.get(task.id) ?? -1) > earliest;
      const behind = task.after.some((key) => stuck.has(key));
      if (behind || partStuck || laterPhase || (parentStuck && behindOnly(task, view))) stuck.add(task.id);
    }
  }
  return stuck;
}

/** A subtask is held by its parent only while the parent itself has not begun. */
function behindOnly(task: TaskView, view: SessionView): boolean {
  return view.tasks.find((candidate) => candidate.id === task.parent)?.status === "pending";
}

function childrenOf(tasks: readonly TaskView[]): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>();
  for (const task of tasks) {
    if (task.parent === null) continue;
    const known = children.get(task.parent);
    if (known === undefined) children.set(task.parent, [task.id]);
    else known.push(task.id);
  }
  return children;
}
