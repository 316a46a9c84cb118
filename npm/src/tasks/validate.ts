import { PolyphonError } from "../errors/error.ts";
import type { PlanDefinition } from "./plan.ts";
import { Checker, join } from "./validate/checker.ts";
import {
  CRITERION_MAX,
  MAX_CRITERIA,
  MAX_DEPENDENCIES,
  MAX_NAMES,
  MAX_PARTS,
  MAX_PHASES,
  MAX_TASKS,
} from "./validate/limits.ts";

/**
 * Checks a plan from outside: types, bounds, texts that can be stored, no unknown keys. What it says of tasks that depend on
 * each other is the kernel's to judge. Takes time in proportion to the plan: 100,000 small tasks in some 50 ms. The plan
 * itself is returned, not a copy.
 *
 * @throws PolyphonError `PLAN_INVALID` with the `path` of the first fault in `details`, or `PLAN_TOO_LARGE` above 100,000
 * tasks or 64 MiB
 */
export function validatePlan(plan: unknown): PlanDefinition {
  const check = new Checker();
  const root = check.record(plan, "", PLAN_KEYS);
  const tasks = check.list(root.tasks, "tasks", Number.POSITIVE_INFINITY);
  if (tasks.length > MAX_TASKS) {
    throw new PolyphonError("PLAN_TOO_LARGE", {
      message: `The plan has ${tasks.length} tasks; at most ${MAX_TASKS} are taken.`,
      details: { path: "tasks", tasks: tasks.length, limit: MAX_TASKS },
    });
  }
  if (root.name !== undefined) check.name(root.name, "name");
  if (root.timeoutMs !== undefined) check.time(root.timeoutMs, "timeoutMs");
  if (root.totals !== undefined) amounts(check, check.record(root.totals, "totals", AMOUNT_KEYS), "totals");
  if (root.recovery !== undefined) recovery(check, root.recovery);
  if (root.classes !== undefined) classes(check, root.classes);
  if (root.phases !== undefined) phases(check, root.phases);
  check.json(root.input, "input");
  for (let index = 0; index < tasks.length; index += 1) {
    check.task = index;
    task(check, tasks[index]);
  }
  return plan as PlanDefinition;
}

function task(check: Checker, value: unknown): void {
  const task = check.record(value, "", TASK_KEYS);
  check.name(task.key, "key");
  if (task.name !== undefined) check.name(task.name, "name");
  if (task.parent !== undefined) check.name(task.parent, "parent");
  if (task.class !== undefined) check.name(task.class, "class");
  if (task.agentType !== undefined) check.name(task.agentType, "agentType");
  if (task.needs !== undefined) names(check, task.needs, "needs", MAX_NAMES);
  if (task.after !== undefined) names(check, task.after, "after", MAX_DEPENDENCIES);
  if (task.priority !== undefined) check.choice(task.priority, "priority", PRIORITIES);
  if (task.permission !== undefined) check.choice(task.permission, "permission", PERMISSIONS);
  if (task.timeoutMs !== undefined) check.time(task.timeoutMs, "timeoutMs");
  if (task.totalTimeoutMs !== undefined) check.time(task.totalTimeoutMs, "totalTimeoutMs");
  if (task.resources !== undefined) {
    amounts(check, check.record(task.resources, "resources", AMOUNT_KEYS), "resources");
  }
  if (task.criteria !== undefined) criteria(check, task.criteria);
  check.json(task.input, "input");
  check.json(task.program, "program");
}

function names(check: Checker, value: unknown, path: string, most: number): void {
  const list = check.list(value, path, most);
  for (let index = 0; index < list.length; index += 1) {
    check.item(list[index], path, index);
  }
}

function criteria(check: Checker, value: unknown): void {
  const criteria = Object.entries(check.map(value, "criteria"));
  if (criteria.length > MAX_CRITERIA)
    check.fail("criteria", `at most ${MAX_CRITERIA} criteria, found ${criteria.length}`);
  for (const [name, bound] of criteria) {
    check.key(name, "criteria");
    check.number(bound, join("criteria", name), -CRITERION_MAX, CRITERION_MAX, false);
  }
}

function amounts(check: Checker, value: Record<string, unknown>, path: string): void {
  const { memoryMb, cpuCores, diskMb } = value;
  if (memoryMb !== undefined) check.number(memoryMb, `${path}.memoryMb`, 0, Number.MAX_SAFE_INTEGER, true);
  if (cpuCores !== undefined) check.number(cpuCores, `${path}.cpuCores`, 0, 1_048_576, false);
  if (diskMb !== undefined) check.number(diskMb, `${path}.diskMb`, 0, Number.MAX_SAFE_INTEGER, true);
}

function recovery(check: Checker, value: unknown): void {
  const { maxRetries, retryDelayMs, escalationThreshold, graceMs } = check.record(value, "recovery", RECOVERY_KEYS);
  if (maxRetries !== undefined) check.number(maxRetries, "recovery.maxRetries", 0, 1_000, true);
  if (retryDelayMs !== undefined) check.time(retryDelayMs, "recovery.retryDelayMs", 0);
  if (escalationThreshold !== undefined)
    check.number(escalationThreshold, "recovery.escalationThreshold", 1, 1_000_000, true);
  if (graceMs !== undefined) check.time(graceMs, "recovery.graceMs", 0);
}

function classes(check: Checker, value: unknown): void {
  const classes = Object.entries(check.map(value, "classes"));
  if (classes.length > MAX_PARTS) check.fail("classes", `at most ${MAX_PARTS} classes, found ${classes.length}`);
  for (const [name, entry] of classes) {
    check.key(name, "classes");
    const path = join("classes", name);
    const record = check.record(entry, path, CLASS_KEYS);
    amounts(check, record, path);
    const { timeoutMs, maxParallel } = record;
    if (timeoutMs !== undefined) check.time(timeoutMs, `${path}.timeoutMs`);
    if (maxParallel !== undefined) check.number(maxParallel, `${path}.maxParallel`, 1, 1_000_000, true);
  }
}

function phases(check: Checker, value: unknown): void {
  for (const [index, entry] of check.list(value, "phases", MAX_PHASES).entries()) {
    const path = `phases[${index}]`;
    const { name, mode, tasks, timeoutMs, gateMinCompleted } = check.record(entry, path, PHASE_KEYS);
    check.name(name, `${path}.name`);
    check.choice(mode, `${path}.mode`, MODES);
    names(check, tasks, `${path}.tasks`, MAX_TASKS);
    if (timeoutMs !== undefined) check.time(timeoutMs, `${path}.timeoutMs`);
    if (gateMinCompleted !== undefined) check.number(gateMinCompleted, `${path}.gateMinCompleted`, 0, 1, false);
  }
}

const keys = (...names: string[]): ReadonlySet<string> => new Set(names);

const PLAN_KEYS = keys("name", "tasks", "phases", "classes", "totals", "recovery", "input", "timeoutMs");
const TASK_KEYS = keys(
  "key",
  "name",
  "needs",
  "agentType",
  "after",
  "parent",
  "priority",
  "class",
  "permission",
  "resources",
  "timeoutMs",
  "totalTimeoutMs",
  "criteria",
  "input",
  "program",
);
const AMOUNT_KEYS = keys("memoryMb", "cpuCores", "diskMb");
const CLASS_KEYS = keys(...AMOUNT_KEYS, "timeoutMs", "maxParallel");
const PHASE_KEYS = keys("name", "mode", "tasks", "timeoutMs", "gateMinCompleted");
const RECOVERY_KEYS = keys("maxRetries", "retryDelayMs", "escalationThreshold", "graceMs");
const PERMISSIONS = keys("readonly", "limited", "full");
const PRIORITIES = keys("low", "medium", "high", "critical");
const MODES = keys("parallel", "sequential", "sequential_with_parallel_subtasks");
