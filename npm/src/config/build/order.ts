import type { PhaseDefinition } from "../../tasks/plan.ts";
import type { Context } from "./context.ts";
import { findCycles } from "./graph.ts";
import type { FlatTask } from "./tasks.ts";

/** Reports tasks that wait for each other: through dependencies and parts first, then also through the order of phases. */
export function checkOrder(
  context: Context,
  tasks: ReadonlyMap<string, FlatTask>,
  phases: readonly PhaseDefinition[],
): void {
  const graph = new WaitGraph([...tasks.values()]);
  for (const cycle of graph.cycles()) graph.report(context, cycle, "CONFIG_CYCLE");
  const placed = phases.flatMap((phase) => phase.tasks);
  // A task in two phases has been reported, and would stand in its own way.
  if (graph.knotted || new Set(placed).size < placed.length) return;
  graph.addPhases(phases);
  for (const cycle of graph.cycles()) graph.report(context, cycle, "CONFIG_PHASE_ORDER");
}

/** Two nodes a task, its start and its end, then one for the opening of each phase. */
class WaitGraph {
  readonly #tasks: readonly FlatTask[];
  readonly #index: ReadonlyMap<string, number>;
  readonly #waits: number[][];
  readonly #phases: string[] = [];
  knotted = false;

  constructor(tasks: readonly FlatTask[]) {
    this.#tasks = tasks;
    this.#index = new Map(tasks.map((task, index) => [task.key, index]));
    this.#waits = tasks.flatMap((task, index) => {
      const parent = task.parent === undefined ? undefined : this.#index.get(task.parent);
      const starts = [...this.#ends(task.dependencies ?? []), ...(parent === undefined ? [] : [parent * 2])];
      return [starts, [index * 2, ...this.#ends(task.children)]];
    });
  }

  cycles(): readonly (readonly number[])[] {
    const cycles = findCycles(this.#waits);
    this.knotted ||= cycles.length > 0;
    return cycles;
  }

  addPhases(phases: readonly PhaseDefinition[]): void {
    let earlier: readonly number[] = [];
    for (const phase of phases) {
      const opening = this.#waits.length;
      this.#phases.push(phase.name);
      this.#waits.push([...earlier]);
      const indexes = phase.tasks.map((key) => this.#index.get(key)).filter((index) => index !== undefined);
      for (const [at, index] of indexes.entries()) {
        const before = indexes[at - 1];
        this.#waits[index * 2]?.push(opening);
        if (phase.mode !== "parallel" && before !== undefined) this.#waits[index * 2]?.push(before * 2 + 1);
      }
      earlier = [opening, ...indexes.map((index) => index * 2 + 1)];
    }
  }

  report(context: Context, cycle: readonly number[], code: "CONFIG_CYCLE" | "CONFIG_PHASE_ORDER"): void {
    const names = cycle.map((node) => this.#name(node)).filter((name, at, all) => name !== all[at - 1]);
    if (names.length > 1 && names[0] === names.at(-1)) names.pop();
    const way = shorten([...names, names[0] as string]).join(" → ");
    const message =
      code === "CONFIG_CYCLE"
        ? `tasks wait for each other: ${way}`
        : `the phases and their order stand against a dependency: ${way}`;
    context.problems.error(code, this.#place(context, cycle), message, this.#hint(cycle));
  }

  #ends(keys: readonly string[]): number[] {
    return keys
      .map((key) => this.#index.get(key))
      .filter((index) => index !== undefined)
      .map((index) => index * 2 + 1);
  }

  #name(node: number): string {
    const task = this.#tasks[node >> 1];
    return task?.key ?? `phase ${this.#phases[node - this.#tasks.length * 2]}`;
  }

  /** The first dependency on the way. */
  #place(context: Context, cycle: readonly number[]): ReturnType<Context["place"]> {
    for (const [at, node] of cycle.entries()) {
      const task = this.#tasks[node >> 1];
      const next = this.#tasks[(cycle[(at + 1) % cycle.length] as number) >> 1];
      if (task === undefined || next === undefined || node % 2 === 1) continue;
      const index = task.dependencies?.indexOf(next.key) ?? -1;
      if (index !== -1) return context.place([...task.path, "dependencies", index]);
    }
    return context.place(["orchestrator", "task_definitions"]);
  }

  #hint(cycle: readonly number[]): string | undefined {
    const keys = new Set(cycle.map((node) => this.#tasks[node >> 1]?.key));
    const part = cycle
      .map((node) => this.#tasks[node >> 1])
      .find((task) => task?.parent !== undefined && keys.has(task.parent));
    return part === undefined
      ? undefined
      : `"${part.key}" is a part of "${part.parent}", which ends when its parts have ended`;
  }
}

/** A way nobody would read to its end keeps its first and last stations. */
function shorten(names: readonly string[]): readonly string[] {
  if (names.length <= 40) return names;
  return [...names.slice(0, 20), `… ${names.length - 40} more …`, ...names.slice(-20)];
}
