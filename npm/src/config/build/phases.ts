import type { PhaseDefinition, PhaseMode } from "../../tasks/plan.ts";
import type { PhaseBlock } from "../schema/phases.ts";
import { didYouMean } from "../suggest.ts";
import { type Context, defined } from "./context.ts";
import type { FlatTask } from "./tasks.ts";

interface PredefinedPhase {
  readonly name: string;
  readonly mode: PhaseMode;
  readonly classes: readonly string[];
}

/** Time for a parallel phase that sets none. */
const PARALLEL_TIMEOUT_MS = 600_000;

/** The phases in force when a configuration has no `phases`. */
export const PREDEFINED_PHASES: readonly PredefinedPhase[] = [
  { name: "PHASE_1_UNIT", mode: "parallel", classes: ["unit_tests"] },
  { name: "PHASE_2_INTEGRATION", mode: "sequential_with_parallel_subtasks", classes: ["integration_tests"] },
  { name: "PHASE_3_PERFORMANCE", mode: "sequential", classes: ["performance_tests"] },
];

/** The phases of the plan; one without tasks is left out, since there is nothing to wait for. */
export function buildPhases(context: Context, tasks: ReadonlyMap<string, FlatTask>): readonly PhaseDefinition[] {
  const blocks: readonly PhaseBlock[] = context.config.phases ?? PREDEFINED_PHASES.map(({ name }) => ({ name }));
  const builder = new PhaseBuilder(context, tasks);
  const phases = blocks.map((block, index) => builder.build(block, index));
  if (context.config.phases !== undefined) builder.warnOfTheRest();
  return phases.filter((phase) => phase.tasks.length > 0);
}

class PhaseBuilder {
  readonly #context: Context;
  readonly #tasks: ReadonlyMap<string, FlatTask>;
  readonly #phaseOf = new Map<string, string>();
  readonly #names = new Set<string>();

  constructor(context: Context, tasks: ReadonlyMap<string, FlatTask>) {
    this.#context = context;
    this.#tasks = tasks;
  }

  build(block: PhaseBlock, index: number): PhaseDefinition {
    const path = ["phases", index];
    const { problems } = this.#context;
    if (this.#names.has(block.name)) {
      problems.error(
        "CONFIG_DUPLICATE_ID",
        this.#context.place([...path, "name"]),
        `the phase "${block.name}" stands here twice`,
      );
    }
    this.#names.add(block.name);
    const known = PREDEFINED_PHASES.find((phase) => phase.name === block.name);
    if (known === undefined && block.classes === undefined && block.tasks === undefined) {
      const hint =
        didYouMean(
          block.name,
          PREDEFINED_PHASES.map((phase) => phase.name),
        ) ?? 'say what it holds with "classes" or "tasks"';
      problems.error(
        "CONFIG_UNKNOWN_PHASE",
        this.#context.place([...path, "name"]),
        `the phase "${block.name}" is not predefined`,
        hint,
      );
    }
    const classes = block.classes ?? (block.tasks === undefined ? (known?.classes ?? []) : []);
    const keys = classes.flatMap((name, at) => this.#ofClass(name, [...path, "classes", at]));
    for (const [at, key] of (block.tasks ?? []).entries())
      if (this.#isTask(key, [...path, "tasks", at])) keys.push(key);
    for (const key of keys) this.#claim(key, block.name, path);
    const mode = block.mode ?? known?.mode ?? "parallel";
    return {
      name: block.name,
      mode,
      tasks: [...new Set(keys)],
      ...defined({
        timeoutMs: this.#context.timeout(block, path) ?? (mode === "parallel" ? PARALLEL_TIMEOUT_MS : undefined),
        gateMinCompleted: block.gate_min_completed,
      }),
    };
  }

  warnOfTheRest(): void {
    for (const task of this.#tasks.values()) {
      if (task.parent !== undefined || this.#phaseOf.has(task.key)) continue;
      const message = `the task "${task.key}" is in no phase and waits for nothing but its dependencies`;
      this.#context.problems.warning("CONFIG_NOT_IN_PHASE", this.#context.place([...task.path, "id"]), message);
    }
  }

  #ofClass(name: string, path: (string | number)[]): string[] {
    const { orchestrator, resource_allocation: allocation = {} } = this.#context.config;
    const known = [
      ...PREDEFINED_PHASES.flatMap((phase) => phase.classes),
      ...Object.keys(allocation),
      ...Object.keys(orchestrator?.task_definitions ?? {}),
    ];
    if (!known.includes(name) && !this.#context.lost.has(name)) {
      this.#context.problems.error(
        "CONFIG_UNKNOWN_CLASS",
        this.#context.place(path),
        `no task is of the class "${name}"`,
        didYouMean(name, known),
      );
    }
    return [...this.#tasks.values()]
      .filter((task) => task.class === name && task.parent === undefined)
      .map((task) => task.key);
  }

  #isTask(key: string, path: (string | number)[]): boolean {
    const task = this.#tasks.get(key);
    if (task !== undefined && task.parent === undefined) return true;
    if (task !== undefined) {
      const message = `"${key}" is a subtask of "${task.parent}"`;
      this.#context.problems.error(
        "CONFIG_UNKNOWN_TASK",
        this.#context.place(path),
        message,
        "a phase holds whole tasks",
      );
    } else if (!this.#context.lost.has(key)) {
      const message = `there is no task "${key}"`;
      this.#context.problems.error(
        "CONFIG_UNKNOWN_TASK",
        this.#context.place(path),
        message,
        didYouMean(key, this.#tasks.keys()),
      );
    }
    return false;
  }

  #claim(key: string, phase: string, path: (string | number)[]): void {
    const earlier = this.#phaseOf.get(key);
    this.#phaseOf.set(key, phase);
    if (earlier === undefined || earlier === phase) return;
    const message = `the task "${key}" is in two phases, ${earlier} and ${phase}`;
    this.#context.problems.error("CONFIG_CONFLICT", this.#context.place(path), message);
  }
}
