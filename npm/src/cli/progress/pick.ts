import type { TaskStatus, TaskView } from "../../sessions/view.ts";

/** What must be seen first when there is no room for all. */
const URGENCY: Readonly<Record<TaskStatus, number>> = {
  waiting: 0,
  running: 1,
  failed: 2,
  ready: 3,
  pending: 4,
  completed: 5,
  skipped: 6,
  cancelled: 7,
};

/** As many tasks as there are lines for, in the order of the plan, and the rest in words. */
export function pickTasks(
  tasks: readonly TaskView[],
  lines: number,
): { readonly shown: readonly TaskView[]; readonly hidden: string } {
  if (tasks.length <= lines) return { shown: tasks, hidden: "" };
  const ranked = tasks.map((task, index) => ({ task, index }));
  ranked.sort((a, b) => URGENCY[a.task.status] - URGENCY[b.task.status] || a.index - b.index);
  const kept = ranked.slice(0, Math.max(0, lines - 1)).sort((a, b) => a.index - b.index);
  const left = ranked.slice(Math.max(0, lines - 1));
  const counts = new Map<TaskStatus, number>();
  for (const { task } of left) counts.set(task.status, (counts.get(task.status) ?? 0) + 1);
  const hidden = [...counts].map(([status, count]) => `${count} ${status}`).join(", ");
  return { shown: kept.map(({ task }) => task), hidden: `and ${hidden}` };
}
