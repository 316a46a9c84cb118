import type { TaskSpec } from "../wasm/codec.generated.ts";

/** Tasks and bytes of a part: small enough that one step and what follows from it do not hold the event loop for long. */
const PART_TASKS = 250;
const PART_BYTES = 1 << 20;

/** Cuts the tasks of a plan into parts, each of which fits one command; one part for a plan that is handed in whole. */
export function partsOf(tasks: readonly TaskSpec[]): readonly (readonly TaskSpec[])[] {
  if (tasks.length === 1) return [tasks];
  const parts: TaskSpec[][] = [];
  let part: TaskSpec[] = [];
  let bytes = 0;
  for (let index = 0; index < tasks.length; index++) {
    const task = tasks[index] as TaskSpec;
    const more = mostBytes(task);
    if (part.length === PART_TASKS || (part.length > 0 && bytes + more > PART_BYTES)) {
      parts.push(part);
      part = [];
      bytes = 0;
    }
    part.push(task);
    bytes += more;
  }
  parts.push(part);
  return parts;
}

/** Bytes a task has at most as a command carries it: a number has up to 9, a character up to 3. */
function mostBytes({ key, name, after, demand, criteria, input }: TaskSpec): number {
  let texts = key.length + name.length + (demand.agentType?.length ?? 0);
  for (const need of demand.needs) texts += need.length + 2;
  for (const criterion of criteria) texts += criterion.name.length + 5;
  return 512 + 3 * texts + 5 * after.length + (input?.type === "Inline" ? input.bytes.length : 0);
}
