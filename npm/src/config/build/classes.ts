import type { PlanDefinition, ResourceClass } from "../../tasks/plan.ts";
import { closest } from "../suggest.ts";
import { type Context, defined } from "./context.ts";
import { PREDEFINED_PHASES } from "./phases.ts";

/** The classes every configuration knows. */
const KNOWN_CLASSES: readonly string[] = PREDEFINED_PHASES.flatMap((phase) => phase.classes);

/** Resource classes by name, from `resource_allocation`; classes that only have tasks get an empty one. */
export function buildClasses(context: Context): Record<string, ResourceClass> {
  const allocation = context.config.resource_allocation ?? {};
  const classes: Record<string, ResourceClass> = {};
  for (const [name, block] of Object.entries(allocation)) {
    const path = ["resource_allocation", name];
    checkClassName(context, name, path);
    classes[name] = defined({
      memoryMb: block.memory_mb,
      cpuCores: block.cpu_cores,
      diskMb: block.disk_mb,
      timeoutMs: context.timeout(block, path),
      maxParallel: block.max_parallel,
    });
  }
  for (const name of Object.keys(context.config.orchestrator?.task_definitions ?? {})) {
    checkClassName(context, name, ["orchestrator", "task_definitions", name]);
    classes[name] ??= {};
  }
  return classes;
}

/** A class is a known one, or one that two blocks agree on; anything else is taken for a slip of the pen. */
function checkClassName(context: Context, name: string, path: readonly string[]): void {
  const { orchestrator, phases = [], resource_allocation: allocation = {} } = context.config;
  const definitions = orchestrator?.task_definitions;
  const inPhases = phases.flatMap((phase) => phase.classes ?? []);
  if (KNOWN_CLASSES.includes(name) || inPhases.includes(name) || context.lost.has(name)) return;
  const others = path[0] === "resource_allocation" ? definitions : allocation;
  const agreed = others === undefined || Object.hasOwn(others, name);
  const match = closest(name, [...KNOWN_CLASSES, ...inPhases, ...(agreed ? [] : Object.keys(others))]);
  if (agreed && match === undefined) return;
  const hint =
    match === undefined
      ? `a class of your own stands in both resource_allocation and task_definitions, or in phases; known: ${KNOWN_CLASSES.join(", ")}`
      : `did you mean "${match}"?`;
  context.problems.error("CONFIG_UNKNOWN_KEY", context.place(path), `unknown class "${name}"`, hint, "key");
}

export function buildTotals(context: Context): PlanDefinition["totals"] {
  const limits = context.config.agent_limits ?? {};
  const totals = defined({
    memoryMb: limits.total_memory_mb,
    cpuCores: limits.total_cpu_cores,
    diskMb: limits.total_disk_mb,
  });
  return Object.keys(totals).length === 0 ? undefined : totals;
}
