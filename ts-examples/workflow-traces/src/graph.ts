/** A task of a recorded run. */
export interface TraceTask {
  readonly id: string;
  /** How long it ran: seconds as recorded, milliseconds once scaled. */
  readonly duration: number;
  /** Positions in the graph's list of the tasks that must end first. */
  readonly parents: readonly number[];
}

/** The tasks of one recorded run, every task after its parents. */
export interface TraceGraph {
  readonly name: string;
  readonly tasks: readonly TraceTask[];
}

/** What is wrong with a trace, in one sentence that names the file. */
export class TraceError extends Error {
  override readonly name = "TraceError";
}

/** A task before its place in the graph is known. */
export interface LooseTask {
  readonly id: string;
  readonly duration: number;
  readonly parents: ReadonlySet<string>;
}

/**
 * Puts tasks in an order in which every task comes after its parents; otherwise the order given is kept.
 * @throws TraceError for a parent that is not there, and for a cycle, which is named.
 */
export function buildGraph(name: string, loose: readonly LooseTask[]): TraceGraph {
  const byId = new Map(loose.map((task) => [task.id, task]));
  if (byId.size !== loose.length) throw new TraceError(`${name}: two tasks have the same id`);
  const position = new Map<string, number>();
  const tasks: TraceTask[] = [];
  const path: string[] = [];
  const place = (task: LooseTask): void => {
    if (position.has(task.id)) return;
    if (path.includes(task.id)) {
      throw new TraceError(`${name}: a cycle: ${[...path.slice(path.indexOf(task.id)), task.id].join(" → ")}`);
    }
    path.push(task.id);
    for (const id of task.parents) {
      const parent = byId.get(id);
      if (parent === undefined) throw new TraceError(`${name}: ${task.id} waits for ${id}, which is not there`);
      place(parent);
    }
    path.pop();
    position.set(task.id, tasks.length);
    const parents = [...task.parents].map((id) => position.get(id) as number);
    tasks.push({ id: task.id, duration: task.duration, parents });
  };
  for (const task of loose) place(task);
  return { name, tasks };
}

/** Sum of all durations. */
export function totalWork(graph: TraceGraph): number {
  return graph.tasks.reduce((total, task) => total + task.duration, 0);
}

/** For every task its own duration and that of the longest chain of tasks after it. */
export function remainingPaths(graph: TraceGraph): number[] {
  const after = new Array<number>(graph.tasks.length).fill(0);
  const paths = new Array<number>(graph.tasks.length).fill(0);
  for (let at = graph.tasks.length - 1; at >= 0; at -= 1) {
    const task = graph.tasks[at] as TraceTask;
    const path = task.duration + (after[at] as number);
    paths[at] = path;
    for (const parent of task.parents) after[parent] = Math.max(after[parent] as number, path);
  }
  return paths;
}

/** Least time any schedule needs on so many workers: the longest chain, or all work shared evenly, whichever is larger. */
export function lowerBound(graph: TraceGraph, workers: number): number {
  return Math.max(0, ...remainingPaths(graph), totalWork(graph) / workers);
}

/** The graph with its times stretched or shrunk so that its bound on so many workers is `boundMs`; also the factor, milliseconds per recorded second. */
export function scaleToBound(
  graph: TraceGraph,
  workers: number,
  boundMs: number,
): { graph: TraceGraph; scale: number } {
  const bound = lowerBound(graph, workers);
  if (bound === 0) throw new TraceError(`${graph.name}: no task took any time, nothing to scale`);
  const scale = boundMs / bound;
  return {
    scale,
    graph: { ...graph, tasks: graph.tasks.map((task) => ({ ...task, duration: task.duration * scale })) },
  };
}
