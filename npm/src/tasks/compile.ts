import { PolyphonError } from "../errors/error.ts";
import type { DraftRow, Payloads } from "../runtime/payloads.ts";
import type { Demand, PlanSpec, Resources, TaskSpec } from "../wasm/codec.generated.ts";
import { byCodePoint } from "../wasm/text-order.ts";
import type { PlanDefinition, ResourceClass, TaskDefinition } from "./plan.ts";

/** A plan as the kernel takes it. */
export interface CompiledPlan {
  readonly spec: PlanSpec;
  readonly tasks: readonly TaskSpec[];
  readonly rows: readonly DraftRow[];
  /** Input of tasks that have none of their own. */
  readonly input: ReturnType<Payloads["encode"]>;
}

/** Defaults where neither task, parent nor class says anything. */
const TASK_TIMEOUT_MS = 600_000;
const PHASE_TIMEOUT_MS = 600_000;
const PLAN_TIMEOUT_MS = 7_200_000;
const DEFAULT_POLICY: PlanSpec["policy"] = {
  maxRetries: 2,
  retryDelayMs: 30_000,
  escalationThreshold: 3,
  graceMs: 60_000,
};
const NO_CLASS: ResourceClass = {};
const NO_RESOURCES: Resources = { memoryMb: 0, cpuMilli: 0, diskMb: 0 };
/** What most plans and tasks have none of is one and the same for all of them. */
const NONE: readonly never[] = [];
const NO_CLASSES: ReadonlyMap<string, number> = new Map();

/** Turns names into indexes and fills in what is inherited. Whether the plan makes sense is the kernel's to say. */
export function compilePlan(plan: PlanDefinition, payloads: Payloads, configHash: Uint8Array | null): CompiledPlan {
  const names = new Names(plan);
  const rows: DraftRow[] = [];
  const tasks = new Array<TaskSpec>(plan.tasks.length);
  for (let index = 0; index < tasks.length; index++) {
    tasks[index] = compileTask(plan.tasks[index] as TaskDefinition, plan, names, payloads, rows);
  }
  const planTimeoutMs = plan.timeoutMs ?? PLAN_TIMEOUT_MS;
  const spec: PlanSpec = {
    name: plan.name ?? "",
    phases: plan.phases === undefined ? NONE : phasesOf(plan.phases, names, planTimeoutMs),
    classes: plan.classes === undefined ? NONE : limitsOf(plan.classes, names.limited),
    policy: plan.recovery === undefined ? DEFAULT_POLICY : policyOf(plan.recovery),
    timeoutMs: planTimeoutMs,
    configHash,
  };
  const input = plan.input === undefined ? null : payloads.encode({ input: plan.input }, rows);
  return { spec, tasks, rows, input };
}

function phasesOf(
  phases: NonNullable<PlanDefinition["phases"]>,
  names: Names,
  planTimeoutMs: number,
): PlanSpec["phases"] {
  return phases.map(({ name, mode, tasks, timeoutMs, gateMinCompleted }) => ({
    name,
    mode,
    tasks: tasks.map((key) => names.task(key, "phase", name)),
    // Tasks that follow each other need the sum of their times: only a parallel phase has a time of its own by default.
    timeoutMs: timeoutMs ?? (mode === "parallel" ? PHASE_TIMEOUT_MS : planTimeoutMs),
    gatePpm: Math.round((gateMinCompleted ?? 1) * 1_000_000),
  }));
}

function policyOf(recovery: NonNullable<PlanDefinition["recovery"]>): PlanSpec["policy"] {
  const {
    maxRetries = DEFAULT_POLICY.maxRetries,
    retryDelayMs = DEFAULT_POLICY.retryDelayMs,
    escalationThreshold = DEFAULT_POLICY.escalationThreshold,
    graceMs = DEFAULT_POLICY.graceMs,
  } = recovery;
  return { maxRetries, retryDelayMs, escalationThreshold, graceMs };
}

function limitsOf(classes: NonNullable<PlanDefinition["classes"]>, limited: readonly string[]): PlanSpec["classes"] {
  return limited.map((name) => ({ name, maxParallel: classes[name]?.maxParallel ?? 1 }));
}

/** Keys of tasks, indexed when the first is asked for, and names of classes by index. */
class Names {
  #tasks: ReadonlyMap<string, number> | undefined;
  readonly #definitions: readonly TaskDefinition[];
  readonly #classes: ReadonlyMap<string, number>;
  /** Classes that limit how many of their tasks run at once. */
  readonly limited: readonly string[];

  constructor({ tasks, classes }: PlanDefinition) {
    this.#definitions = tasks;
    this.limited =
      classes === undefined ? NONE : Object.keys(classes).filter((name) => classes[name]?.maxParallel !== undefined);
    this.#classes = classes === undefined ? NO_CLASSES : new Map(this.limited.map((name, index) => [name, index]));
  }

  /** Index of the task `key`, which the task or phase `name` refers to. */
  task(key: string, kind: "task" | "phase", name: string): number {
    this.#tasks ??= indexesOf(this.#definitions);
    const index = this.#tasks.get(key);
    if (index === undefined) throw unknown(key, `${kind} ${name}`);
    return index;
  }

  definition(key: string, task: string): TaskDefinition {
    return this.#definitions[this.task(key, "task", task)] as TaskDefinition;
  }

  class(name: string | undefined): number | null {
    return name === undefined ? null : (this.#classes.get(name) ?? null);
  }
}

function indexesOf(tasks: readonly TaskDefinition[]): ReadonlyMap<string, number> {
  const indexes = new Map<string, number>();
  tasks.forEach(({ key }, index) => {
    if (!indexes.has(key)) indexes.set(key, index);
  });
  return indexes;
}

function compileTask(
  task: TaskDefinition,
  plan: PlanDefinition,
  names: Names,
  payloads: Payloads,
  rows: DraftRow[],
): TaskSpec {
  const full = task.parent === undefined ? task : inherit(task, names, task.key, 0);
  const group = (full.class === undefined ? undefined : plan.classes?.[full.class]) ?? NO_CLASS;
  return {
    key: task.key,
    name: task.name ?? task.key,
    parent: task.parent === undefined ? null : names.task(task.parent, "task", task.key),
    after: task.after === undefined ? NONE : task.after.map((key) => names.task(key, "task", task.key)),
    priority: full.priority ?? "medium",
    class: names.class(full.class),
    demand: demandOf(full, group),
    timeoutMs: full.timeoutMs ?? group.timeoutMs ?? TASK_TIMEOUT_MS,
    criteria: full.criteria === undefined ? NONE : criteriaOf(full.criteria),
    input: payloadOf(full, plan, payloads, rows),
    totalTimeoutMs: task.totalTimeoutMs ?? null,
  };
}

/** What a part does not say it has from its parent: everything but name, place, dependencies and total time. */
function inherit(task: TaskDefinition, names: Names, heir: string, depth: number): TaskDefinition {
  if (task.parent === undefined || depth > 16) return task;
  const {
    key: _key,
    name: _name,
    after: _after,
    totalTimeoutMs: _totalTimeoutMs,
    ...parent
  } = inherit(names.definition(task.parent, heir), names, heir, depth + 1);
  const own = Object.fromEntries(
    Object.entries(task).filter(([, value]) => value !== undefined),
  ) as unknown as TaskDefinition;
  return { ...parent, ...own, resources: { ...parent.resources, ...own.resources } };
}

function demandOf({ agentType, needs, permission, resources }: TaskDefinition, group: ResourceClass): Demand {
  return {
    agentType: agentType ?? null,
    needs: needs === undefined ? NONE : namesOf(needs),
    permission: permission ?? "readonly",
    resources: resources === undefined && group === NO_CLASS ? NO_RESOURCES : resourcesOf({ ...group, ...resources }),
    avoid: null,
  };
}

/** Names in the kernel's order, each once. */
function namesOf(names: readonly string[]): readonly string[] {
  return names.length < 2 ? names : [...new Set(names)].sort(byCodePoint);
}

function resourcesOf({ memoryMb = 0, cpuCores = 0, diskMb = 0 }: NonNullable<TaskDefinition["resources"]>): Resources {
  return { memoryMb: Math.ceil(memoryMb), cpuMilli: Math.ceil(cpuCores * 1000), diskMb: Math.ceil(diskMb) };
}

function criteriaOf(criteria: Readonly<Record<string, number>>): TaskSpec["criteria"] {
  return Object.entries(criteria).map(([name, bound]) => ({ name, boundMicro: Math.round(bound * 1_000_000) }));
}

function payloadOf(
  { input, program }: TaskDefinition,
  plan: PlanDefinition,
  payloads: Payloads,
  rows: DraftRow[],
): TaskSpec["input"] {
  if (program !== undefined) return payloads.encode({ input: input ?? plan.input, program }, rows);
  return input === undefined ? null : payloads.encode({ input }, rows);
}

function unknown(key: string, where: string): PolyphonError {
  return new PolyphonError("TASK_DEPENDENCY_UNKNOWN", {
    message: `${where} names ${JSON.stringify(key)}, which is not a task of the plan.`,
    details: { key, where },
  });
}
