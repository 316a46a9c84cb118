import { buildGraph, type LooseTask, TraceError, type TraceGraph } from "./graph.ts";

type Json = Readonly<Record<string, unknown>>;

function object(value: unknown, where: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TraceError(`${where} is not an object`);
  return value as Json;
}

function list(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new TraceError(`${where} is not a list`);
  return value;
}

function text(value: unknown, where: string): string {
  if (typeof value !== "string" || value === "") throw new TraceError(`${where} is not a text`);
  return value;
}

/**
 * Reads a workflow instance in WfFormat 1.5. Of its specification it takes tasks and their parents and children, of its
 * execution the run times; files, commands and machines are left aside.
 * @param file name for messages and, when the instance has none, for the graph.
 * @throws TraceError naming the file and the place.
 */
export function parseWorkflow(source: string, file: string): TraceGraph {
  let parsed: unknown;
  try {
    parsed = JSON.parse(source);
  } catch (error) {
    throw new TraceError(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const root = object(parsed, file);
  if (root.schemaVersion !== "1.5")
    throw new TraceError(`${file} is of version ${String(root.schemaVersion)}, not 1.5`);
  const workflow = object(root.workflow, `${file}: workflow`);
  const specification = object(workflow.specification, `${file}: workflow.specification`);
  const execution = object(workflow.execution, `${file}: workflow.execution`);
  const durations = readDurations(list(execution.tasks, `${file}: workflow.execution.tasks`), file);
  const tasks = readTasks(list(specification.tasks, `${file}: workflow.specification.tasks`), durations, file);
  return buildGraph(typeof root.name === "string" && root.name !== "" ? root.name : file, tasks);
}

function readDurations(tasks: readonly unknown[], file: string): Map<string, number> {
  const durations = new Map<string, number>();
  for (const [at, value] of tasks.entries()) {
    const where = `${file}: workflow.execution.tasks[${at}]`;
    const task = object(value, where);
    const seconds = task.runtimeInSeconds;
    if (typeof seconds !== "number" || !Number.isFinite(seconds) || seconds < 0) {
      throw new TraceError(`${where}.runtimeInSeconds is not a number of at least 0`);
    }
    durations.set(text(task.id, `${where}.id`), seconds);
  }
  return durations;
}

function readTasks(values: readonly unknown[], durations: ReadonlyMap<string, number>, file: string): LooseTask[] {
  const parents = new Map<string, Set<string>>();
  const children: [string, string][] = [];
  for (const [at, value] of values.entries()) {
    const where = `${file}: workflow.specification.tasks[${at}]`;
    const task = object(value, where);
    const id = text(task.id, `${where}.id`);
    if (parents.has(id)) throw new TraceError(`${where}: the id ${id} is taken`);
    if (!durations.has(id)) throw new TraceError(`${where}: the execution has no run time of ${id}`);
    parents.set(
      id,
      new Set(list(task.parents ?? [], `${where}.parents`).map((parent) => text(parent, `${where}.parents`))),
    );
    for (const child of list(task.children ?? [], `${where}.children`))
      children.push([id, text(child, `${where}.children`)]);
  }
  for (const [parent, child] of children) {
    const known = parents.get(child);
    if (known === undefined) throw new TraceError(`${file}: ${parent} has the child ${child}, which is not there`);
    known.add(parent);
  }
  return [...parents].map(([id, set]) => ({ id, duration: durations.get(id) as number, parents: set }));
}
