import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Polyphon } from "polyphon/node";
import { lowerBound, scaleToBound, type TraceGraph, type TraceTask } from "./graph.ts";
import { listSchedule, longestPathFirst, makespan } from "./greedy.ts";
import { planPriorities } from "./priorities.ts";

/** Bound every graph is scaled to, in milliseconds. */
export const BOUND_MS = 3_000;

/** What one graph came to. Times in milliseconds. */
export interface Replay {
  readonly name: string;
  readonly tasks: number;
  readonly completed: number;
  readonly workers: number;
  /** Milliseconds per recorded second. */
  readonly scale: number;
  /** From handing the plan in to the result. */
  readonly makespan_ms: number;
  readonly bound_ms: number;
  readonly greedy_ms: number;
}

/** Runs a graph with a team of its own, recorded in a file that is removed afterwards. */
export async function replay(recorded: TraceGraph, workers: number): Promise<Replay> {
  const { graph, scale } = scaleToBound(recorded, workers, BOUND_MS);
  const priorities = planPriorities(graph, workers);
  const folder = await mkdtemp(join(tmpdir(), "workflow-traces-"));
  try {
    await using team = await Polyphon.open(join(folder, "team.db"));
    const agents = Array.from({ length: workers }, (_, at) =>
      team.agent(`worker-${at + 1}`, { maxLoad: 1 }, (task, ctx) => work(task.input as number, ctx.signal)),
    );
    await Promise.all(agents.map((agent) => agent.ready));
    const tasks = graph.tasks.map((task, at) => ({
      key: task.id,
      after: task.parents.map((parent) => (graph.tasks[parent] as TraceTask).id),
      priority: priorities[at] as (typeof priorities)[number],
      input: task.duration,
    }));
    const began = performance.now();
    const session = team.orchestrate({ name: graph.name, tasks });
    await session.result;
    const took = performance.now() - began;
    const views = (await session.view()).tasks;
    return {
      name: graph.name,
      tasks: graph.tasks.length,
      completed: views.filter(({ status }) => status === "completed").length,
      workers,
      scale: round(scale),
      makespan_ms: round(took),
      bound_ms: round(lowerBound(graph, workers)),
      greedy_ms: round(makespan(listSchedule(graph, workers, longestPathFirst(graph)))),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Waits as long as the task took. Timers count whole milliseconds and fire up to one late, so the fraction is left out. */
async function work(ms: number, signal: AbortSignal): Promise<null> {
  if (ms >= 1) await sleep(Math.floor(ms), undefined, { signal });
  return null;
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
