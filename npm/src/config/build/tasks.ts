import type { SubtaskBlock } from "../schema/tasks.ts";
import { didYouMean } from "../suggest.ts";
import type { Context, Path } from "./context.ts";

/** A task or subtask with what it inherits filled in. */
export interface FlatTask extends SubtaskBlock {
  readonly key: string;
  readonly class: string;
  readonly path: Path;
  readonly parent?: string;
  /** Keys of its subtasks. */
  readonly children: readonly string[];
}

/** Every task by key, parents before their subtasks, in the order of the file. Ids and references are checked. */
export function flattenTasks(context: Context): ReadonlyMap<string, FlatTask> {
  const tasks = new Map<string, FlatTask>();
  const add = (task: FlatTask, idPath: Path): void => {
    const first = tasks.get(task.key);
    if (first === undefined) {
      tasks.set(task.key, task);
      return;
    }
    const where = context.problems.describe(context.place(first.path));
    const hint = first.parent === undefined ? undefined : `it is a subtask of "${first.parent}" there`;
    context.problems.error(
      "CONFIG_DUPLICATE_ID",
      context.place(idPath),
      `the id "${task.key}" is taken, first at ${where}`,
      hint,
    );
  };
  for (const [className, blocks] of Object.entries(context.config.orchestrator?.task_definitions ?? {})) {
    for (const [index, block] of blocks.entries()) {
      const path = ["orchestrator", "task_definitions", className, index];
      const { subtasks = [], ...own } = block;
      const children = subtasks.map((subtask) => (typeof subtask === "string" ? subtask : subtask.id));
      add({ ...own, key: block.id, class: className, path, children }, [...path, "id"]);
      for (const [at, subtask] of subtasks.entries()) {
        const below = [...path, "subtasks", at];
        if (typeof subtask === "string") add(inherit({ id: subtask }, own, className, below), below);
        else add(inherit(subtask, own, className, below), [...below, "id"]);
      }
    }
  }
  checkDependencies(context, tasks);
  return tasks;
}

/** A subtask takes what it does not set from its parent; resources and variables one by one, criteria as a whole. */
function inherit(subtask: SubtaskBlock, parent: SubtaskBlock, className: string, path: Path): FlatTask {
  const { id: _id, name: _name, dependencies: _dependencies, ...inherited } = parent;
  return {
    ...inherited,
    ...subtask,
    ...(parent.resources === undefined && subtask.resources === undefined
      ? {}
      : { resources: overlay(parent.resources, subtask.resources) }),
    ...(parent.env === undefined && subtask.env === undefined ? {} : { env: { ...parent.env, ...subtask.env } }),
    key: subtask.id,
    parent: parent.id,
    class: className,
    path,
    children: [],
  };
}

/** `timeout` and `timeout_seconds` are one setting: the subtask's spelling drops the parent's. */
function overlay(
  parent: SubtaskBlock["resources"] = {},
  own: SubtaskBlock["resources"] = {},
): SubtaskBlock["resources"] {
  const { timeout, timeout_seconds, ...rest } = parent;
  const timed = own.timeout !== undefined || own.timeout_seconds !== undefined;
  return { ...rest, ...(timed ? {} : { timeout: timeout_seconds ?? timeout }), ...own };
}

function checkDependencies(context: Context, tasks: ReadonlyMap<string, FlatTask>): void {
  for (const task of tasks.values()) {
    for (const [index, key] of (task.dependencies ?? []).entries()) {
      if (tasks.has(key) || context.lost.has(key)) continue;
      const place = context.place([...task.path, "dependencies", index]);
      const message = `"${task.key}" depends on "${key}", which does not exist`;
      context.problems.error("CONFIG_UNKNOWN_DEPENDENCY", place, message, didYouMean(key, tasks.keys()));
    }
  }
}
