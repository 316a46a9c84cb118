import { z } from "zod";
import type { Priority } from "../../tasks/plan.ts";
import { type ResourcesBlock, resources } from "./resources.ts";
import { identifier, name } from "./scalars.ts";
import { environment } from "./templates.ts";

/** What a subtask may say in full. */
export interface SubtaskBlock {
  readonly id: string;
  readonly name?: string | undefined;
  readonly template?: string | undefined;
  readonly dependencies?: readonly string[] | undefined;
  readonly resources?: ResourcesBlock | undefined;
  readonly success_criteria?: Readonly<Record<string, number | string>> | undefined;
  readonly input?: unknown;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly priority?: Priority | undefined;
  readonly needs?: readonly string[] | undefined;
  readonly agent_type?: string | undefined;
}

/** An entry of `orchestrator.task_definitions.<class>`. */
export interface TaskBlock extends SubtaskBlock {
  readonly subtasks?: readonly (string | SubtaskBlock)[] | undefined;
}

const fields = {
  id: identifier().meta({ description: "Name of the task, unique in the whole configuration" }),
  name: name().meta({ description: "What people read", preset: "the id" }).optional(),
  template: identifier()
    .meta({ description: "How the task runs: a key of `templates`", preset: "the parent's" })
    .optional(),
  dependencies: z
    .array(z.string())
    .max(10_000)
    .meta({ description: "Ids of tasks that must complete first", preset: [] })
    .optional(),
  resources: resources.meta({ description: "What the task reserves, where it differs from its class" }).optional(),
  success_criteria: z
    .record(
      z.string(),
      z.union([z.number(), z.string()], {
        error: () => 'expected a number, a time such as "30m" or a size such as "2GB"',
      }),
    )
    .meta({
      description:
        "Bounds on measured metrics: `max_*` and `*_max` are upper bounds, all others lower bounds; ratios from 0 to 1, times in seconds, memory in MB",
    })
    .optional(),
  input: z
    .unknown()
    .meta({ description: "Any value; the program finds it as JSON on standard input", origin: "addition" })
    .optional(),
  env: environment
    .meta({ description: "Variables for this task, over those of its template", origin: "addition" })
    .optional(),
  priority: z
    .enum(["low", "medium", "high", "critical"])
    .meta({ description: "Which of several ready tasks goes first", preset: "medium", origin: "addition" })
    .optional(),
  needs: z
    .array(name())
    .max(64)
    .meta({ description: "Capabilities an agent must offer", preset: [], origin: "addition" })
    .optional(),
  agent_type: name().meta({ description: "Type an agent must have", preset: "any", origin: "addition" }).optional(),
};

const subtask: z.ZodType<SubtaskBlock> = z.strictObject(fields);

export const task: z.ZodType<TaskBlock> = z.strictObject({
  ...fields,
  subtasks: z
    .array(z.union([identifier(), subtask], { error: () => "expected the id of a subtask, or a mapping with an id" }))
    .max(10_000)
    .meta({
      description: "Parts that run in place of the task: ids, which inherit everything, or definitions like this one",
    })
    .optional(),
});
