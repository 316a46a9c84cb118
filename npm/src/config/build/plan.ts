import type { PlanDefinition } from "../../tasks/plan.ts";
import type { RecoverySettings } from "../config.ts";
import { buildClasses, buildTotals } from "./classes.ts";
import { type Context, defined } from "./context.ts";
import { checkOrder } from "./order.ts";
import { buildPhases } from "./phases.ts";
import { TaskBuilder } from "./task.ts";
import { type FlatTask, flattenTasks } from "./tasks.ts";
import { buildTemplates, type Template } from "./templates.ts";

/** The plan of a configuration, and the templates it names that nothing defines. */
export function buildPlan(
  context: Context,
  recovery: RecoverySettings,
): { plan: PlanDefinition; undefinedTemplates: readonly string[] } {
  const { orchestrator = {} } = context.config;
  const classes = buildClasses(context);
  const totals = buildTotals(context);
  const templates = buildTemplates(context);
  const tasks = flattenTasks(context);
  const phases = buildPhases(context, tasks);
  checkOrder(context, tasks, phases);
  const builder = new TaskBuilder(context, classes, totals ?? {}, templates, tasks, phases);
  const definitions = [...tasks.values()].map((task) => builder.build(task));
  warnOfLeftovers(context, tasks, templates);
  const plan: PlanDefinition = {
    tasks: definitions,
    phases,
    classes,
    recovery,
    timeoutMs: context.timeout(orchestrator, ["orchestrator"]) ?? 7_200_000,
    ...defined({ name: orchestrator.name, totals, input: orchestrator.input }),
  };
  return { plan, undefinedTemplates: [...builder.undefinedTemplates] };
}

function warnOfLeftovers(
  context: Context,
  tasks: ReadonlyMap<string, FlatTask>,
  templates: ReadonlyMap<string, Template>,
): void {
  if (tasks.size === 0) {
    context.problems.warning(
      "CONFIG_NO_TASKS",
      context.place(["orchestrator"]),
      "there are no tasks: nothing would run",
    );
    return;
  }
  const used = new Set([...tasks.values()].map((task) => task.template));
  for (const name of templates.keys()) {
    if (used.has(name)) continue;
    context.problems.warning(
      "CONFIG_UNUSED_TEMPLATE",
      context.place(["templates", name]),
      `no task names the template "${name}"`,
      undefined,
      "key",
    );
  }
}
