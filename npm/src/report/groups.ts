import type { CriterionView, TaskView } from "../sessions/view.ts";

/**
 * Criteria of a task that is made of parts: its parts are judged by them, so the worst of the parts is its measured
 * value, and it meets what all of them meet. Criteria no part was judged by stay as they are.
 */
export function groupCriteria(task: TaskView, parts: readonly TaskView[]): readonly CriterionView[] {
  return task.criteria.map((criterion) => {
    if (criterion.met !== null) return criterion;
    const judged = parts.flatMap((part) => part.criteria.filter((own) => own.name === criterion.name));
    const measured = judged.map((own) => own.measured).filter((value) => value !== null);
    if (measured.length === 0) return criterion;
    const worst = criterion.bound === "min" ? Math.min(...measured) : Math.max(...measured);
    const open = judged.some((own) => own.met === null);
    return { ...criterion, measured: worst, met: judged.some((own) => own.met === false) ? false : open ? null : true };
  });
}
