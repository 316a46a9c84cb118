import { remainingPaths, type TraceGraph } from "./graph.ts";
import { listSchedule, makespan } from "./greedy.ts";

/** The four priorities a task can have, the most urgent last. */
export const PRIORITIES = ["low", "medium", "high", "critical"] as const;
export type Priority = (typeof PRIORITIES)[number];

const CUTS = [0.02, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8];

/** Level 0 to 3 of each task: how many of the cuts its remaining path reaches, as parts of the longest. */
function levelsOf(paths: readonly number[], cuts: readonly number[]): number[] {
  const longest = Math.max(0, ...paths);
  return paths.map((path) => cuts.filter((cut) => path >= cut * longest).length);
}

/**
 * Priorities that lead first come, first served to a short makespan. Tasks with a long chain of work after them are urgent;
 * where to draw the three lines is tried out on paper, and the best is kept.
 */
export function planPriorities(graph: TraceGraph, workers: number): Priority[] {
  const paths = remainingPaths(graph);
  let best = { span: Number.POSITIVE_INFINITY, levels: paths.map(() => 0) };
  for (const [at, low] of CUTS.entries()) {
    for (const [next, middle] of CUTS.slice(at + 1).entries()) {
      for (const high of CUTS.slice(at + next + 2)) {
        const levels = levelsOf(paths, [low, middle, high]);
        const span = makespan(listSchedule(graph, workers, (task) => -(levels[task] as number)));
        if (span < best.span) best = { span, levels };
      }
    }
  }
  return best.levels.map((level) => PRIORITIES[level] as Priority);
}
