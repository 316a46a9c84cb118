import { remainingPaths, type TraceGraph, type TraceTask } from "./graph.ts";

/** When each task would begin and end, and on which worker. */
export interface Placement {
  readonly start: number;
  readonly end: number;
  readonly worker: number;
}

/** Which of two ready tasks goes first: a smaller number. Equal tasks go first come, first served. */
export type Rank = (task: number) => number;

/** The task with the most work in its longest chain first: the usual rule of list scheduling. */
export function longestPathFirst(graph: TraceGraph): Rank {
  const paths = remainingPaths(graph);
  return (task) => -(paths[task] as number);
}

/**
 * Greedy list scheduling: no worker idles while a task is ready. Handing over takes no time.
 * @returns one placement per task, in the order of the graph.
 */
export function listSchedule(graph: TraceGraph, workers: number, rank: Rank): Placement[] {
  const { tasks } = graph;
  const children = tasks.map((): number[] => []);
  for (const [at, task] of tasks.entries()) for (const parent of task.parents) children[parent]?.push(at);
  const waiting = tasks.map((task) => task.parents.length);
  const ready = tasks.flatMap((task, at) => (task.parents.length === 0 ? [at] : []));
  const arrived = new Map(ready.map((task, at) => [task, at]));
  const free = Array.from({ length: workers }, (_, at) => at);
  const placements = new Array<Placement>(tasks.length);
  const running: number[] = [];
  let now = 0;
  while (ready.length > 0 || running.length > 0) {
    ready.sort((a, b) => rank(a) - rank(b) || (arrived.get(a) as number) - (arrived.get(b) as number));
    while (free.length > 0 && ready.length > 0) {
      const task = ready.shift() as number;
      placements[task] = { start: now, end: now + (tasks[task] as TraceTask).duration, worker: free.shift() as number };
      running.push(task);
    }
    running.sort((a, b) => (placements[a] as Placement).end - (placements[b] as Placement).end);
    now = (placements[running[0] as number] as Placement).end;
    while (running.length > 0 && (placements[running[0] as number] as Placement).end === now) {
      const task = running.shift() as number;
      free.push((placements[task] as Placement).worker);
      for (const child of children[task] as number[]) {
        waiting[child] = (waiting[child] as number) - 1;
        if (waiting[child] === 0) {
          arrived.set(child, arrived.size);
          ready.push(child);
        }
      }
    }
  }
  return placements;
}

/** When the last task ends. */
export function makespan(placements: readonly Placement[]): number {
  return placements.reduce((latest, { end }) => Math.max(latest, end), 0);
}
