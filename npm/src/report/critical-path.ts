import type { ReportTask } from "./types.ts";

/**
 * The chain of tasks that decided when the session ended: from the task that ended last, back through the dependency
 * (or subtask) that ended last before it. Costs one pass over tasks and edges.
 */
export function criticalPath(
  tasks: readonly ReportTask[],
  asOf: number,
): { readonly tasks: readonly string[]; readonly ms: number } {
  const byKey = new Map(tasks.map((task) => [task.id, task]));
  const children = new Map<string, ReportTask[]>();
  for (const task of tasks) {
    if (task.parent === null) continue;
    const siblings = children.get(task.parent);
    if (siblings === undefined) children.set(task.parent, [task]);
    else siblings.push(task);
  }
  const end = (task: ReportTask): number => (task.started === null ? -1 : (task.ended ?? asOf));
  const isGroup = (task: ReportTask): boolean => children.has(task.id);
  const lastOf = (candidates: readonly ReportTask[]): ReportTask | undefined =>
    candidates.reduce<ReportTask | undefined>(
      (best, task) => (task.started !== null && (best === undefined || end(task) > end(best)) ? task : best),
      undefined,
    );

  const chain: ReportTask[] = [];
  const seen = new Set<string>();
  let current = lastOf(tasks.filter((task) => !isGroup(task)));
  while (current !== undefined && !seen.has(current.id)) {
    seen.add(current.id);
    chain.unshift(current);
    current = lastOf(leavesBefore(current, byKey, children));
  }
  return { tasks: chain.map((task) => task.id), ms: chain.reduce((sum, task) => sum + (task.durationMs ?? 0), 0) };
}

/** Tasks without subtasks that `task`, or a parent of it, had to wait for. */
function leavesBefore(
  task: ReportTask,
  byKey: ReadonlyMap<string, ReportTask>,
  children: ReadonlyMap<string, readonly ReportTask[]>,
): readonly ReportTask[] {
  const found: ReportTask[] = [];
  const visited = new Set<string>();
  const expand = (key: string): void => {
    if (visited.has(key)) return;
    visited.add(key);
    const parts = children.get(key);
    if (parts === undefined) {
      const leaf = byKey.get(key);
      if (leaf !== undefined) found.push(leaf);
    } else for (const part of parts) expand(part.id);
  };
  const climbed = new Set<string>();
  for (let at: ReportTask | undefined = task; at !== undefined && !climbed.has(at.id); ) {
    climbed.add(at.id);
    for (const key of at.after) expand(key);
    at = at.parent === null ? undefined : byKey.get(at.parent);
  }
  return found;
}
