import type { PhaseDefinition, PlanDefinition, ResourceClass, TaskDefinition } from "../../tasks/plan.ts";
import type { TaskProgram } from "../program.ts";
import { didYouMean } from "../suggest.ts";
import { type Context, defined, type Path } from "./context.ts";
import { buildCriteria } from "./criteria.ts";
import type { FlatTask } from "./tasks.ts";
import { checkVariables, type Template } from "./templates.ts";

/** Turns tasks of a configuration into tasks of a plan. */
export class TaskBuilder {
  readonly undefinedTemplates: Set<string> = new Set();
  readonly #context: Context;
  readonly #classes: Readonly<Record<string, ResourceClass>>;
  readonly #totals: NonNullable<PlanDefinition["totals"]>;
  readonly #templates: ReadonlyMap<string, Template>;
  readonly #tasks: ReadonlyMap<string, FlatTask>;
  readonly #phaseOf: ReadonlyMap<string, string>;

  constructor(
    context: Context,
    classes: Readonly<Record<string, ResourceClass>>,
    totals: NonNullable<PlanDefinition["totals"]>,
    templates: ReadonlyMap<string, Template>,
    tasks: ReadonlyMap<string, FlatTask>,
    phases: readonly PhaseDefinition[],
  ) {
    this.#context = context;
    this.#classes = classes;
    this.#totals = totals;
    this.#templates = templates;
    this.#tasks = tasks;
    this.#phaseOf = new Map(phases.flatMap((phase) => phase.tasks.map((key) => [key, phase.name])));
  }

  build(task: FlatTask): TaskDefinition {
    const template = this.#template(task);
    const own = task.resources;
    const resources = defined({ memoryMb: own?.memory_mb, cpuCores: own?.cpu_cores, diskMb: own?.disk_mb });
    const definition: TaskDefinition = {
      key: task.key,
      class: task.class,
      ...defined({
        name: task.name,
        parent: task.parent,
        after: task.dependencies === undefined ? undefined : [...new Set(task.dependencies)],
        priority: task.priority,
        needs: task.needs,
        agentType: task.agent_type,
        resources: Object.keys(resources).length === 0 ? undefined : resources,
        timeoutMs: this.#context.timeout(own, [...task.path, "resources"]),
        criteria: this.#criteria(task, template),
        input: task.input,
        // A task with subtasks does not run itself.
        program: task.children.length > 0 || template === undefined ? undefined : this.#program(task, template),
      }),
    };
    this.#checkDemand(task, definition);
    return definition;
  }

  #template(task: FlatTask): Template | undefined {
    if (task.template === undefined) {
      if (task.children.length > 0) return undefined;
      const message = `the task "${task.key}" names no template; only an agent written in code can do it`;
      this.#context.problems.warning("CONFIG_NO_TEMPLATE", this.#context.place(task.path), message);
      return undefined;
    }
    const template = this.#templates.get(task.template);
    if (template === undefined && !this.undefinedTemplates.has(task.template)) {
      this.undefinedTemplates.add(task.template);
      const message = `nothing defines the template "${task.template}"; the plan runs only with --simulate`;
      const hint =
        didYouMean(task.template, this.#templates.keys()) ?? `say how it runs under templates.${task.template}`;
      this.#context.problems.warning(
        "CONFIG_UNDEFINED_TEMPLATE",
        this.#context.place([...this.#pathOf(task, "template"), "template"]),
        message,
        hint,
      );
    }
    return template;
  }

  #criteria(task: FlatTask, template: Template | undefined): Record<string, number> | undefined {
    if (task.success_criteria === undefined) return undefined;
    const path = [...this.#pathOf(task, "success_criteria"), "success_criteria"];
    return buildCriteria(this.#context, task.success_criteria, path, template?.metrics ?? []);
  }

  #program(task: FlatTask, template: Template): TaskProgram {
    const inputs = new Map(template.inputs);
    checkVariables(this.#context, task.env, [...this.#pathOf(task, "env"), "env"], inputs);
    const env = { ...template.program.env, ...task.env };
    return {
      ...template.program,
      ...(Object.keys(env).length === 0 ? {} : { env }),
      values: {
        id: task.key,
        name: task.name ?? task.key,
        class: task.class,
        parent: task.parent ?? "",
        phase: this.#phaseOf.get(task.parent ?? task.key) ?? "",
        template: template.name,
        config_dir: template.dir,
        ...this.#inputValues(task, template, inputs),
      },
    };
  }

  #inputValues(task: FlatTask, template: Template, inputs: ReadonlyMap<string, Path>): Record<string, string> {
    const input = task.input === undefined ? this.#context.config.orchestrator?.input : task.input;
    const values: Record<string, string> = {};
    for (const [name, path] of inputs) {
      const key = name.slice("input.".length);
      const value: unknown =
        typeof input === "object" && input !== null && Object.hasOwn(input, key)
          ? (input as Record<string, unknown>)[key]
          : undefined;
      if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
        values[name] = String(value);
        continue;
      }
      const message = `the template "${template.name}" uses {{${name}}} at ${this.#context.problems.describe(this.#context.place(path))}, but the input of "${task.key}" has no such text, number or truth value`;
      this.#context.problems.error("CONFIG_UNKNOWN_PLACEHOLDER", this.#context.place(task.path), message);
    }
    return values;
  }

  /** A demand above the totals can never be met: such a task escalates at once. */
  #checkDemand(task: FlatTask, definition: TaskDefinition): void {
    if (task.children.length > 0) return;
    const demand = { ...this.#classes[task.class], ...definition.resources };
    for (const [key, unit] of [
      ["memoryMb", "MB of memory"],
      ["cpuCores", "cores"],
      ["diskMb", "MB of disk"],
    ] as const) {
      const wanted = demand[key];
      const total = this.#totals[key];
      if (wanted === undefined || total === undefined || wanted <= total) continue;
      const message = `"${task.key}" wants ${wanted} ${unit}, but all tasks together may have ${total}; it will wait for a human at once`;
      this.#context.problems.warning("CONFIG_DEMAND_ABOVE_TOTALS", this.#context.place(task.path), message);
    }
  }

  /** Where a setting of a task stands: with itself, or with the parent it inherits it from. */
  #pathOf(task: FlatTask, key: "template" | "success_criteria" | "env"): Path {
    const parent = task.parent === undefined ? undefined : this.#tasks.get(task.parent);
    const own = this.#context.place([...task.path, key]);
    if (parent === undefined || own.path.endsWith(`.${key}`)) return task.path;
    return parent.path;
  }
}
