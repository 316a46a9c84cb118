import type { Payload } from "../wasm/codec.generated.ts";
import type { SessionEntry, TaskEntry } from "./mirror/entries.ts";
import { decodeInline } from "./payloads.ts";

/** JSON values by name. */
export type Values = Readonly<Record<string, unknown>>;
export type Decode = (payload: Payload | null) => Promise<unknown>;

/** Outputs of the completed ones among `tasks`, by key. */
export async function outputsOf(tasks: readonly TaskEntry[], decode: Decode): Promise<Values> {
  const done = tasks.filter((task) => task.output !== null && task.status === "completed");
  return decodeAll(
    done.map(({ key, output }) => [key, output] as const),
    decode,
  );
}

/** The same where none has to be fetched, which is so for most; otherwise `undefined`. */
export function inlineOutputs(tasks: readonly TaskEntry[]): Values | undefined {
  const values: Record<string, unknown> = {};
  for (const { key, output, status } of tasks) {
    if (output === null || status !== "completed") continue;
    if (output.type !== "Inline") return undefined;
    const value = decodeInline(output);
    if (key === "__proto__")
      Object.defineProperty(values, key, { value, enumerable: true, configurable: true, writable: true });
    else values[key] = value;
  }
  return values;
}

/** The tasks that `task` waits for, without the parts of those that have parts. */
export function dependenciesOf(task: TaskEntry): readonly TaskEntry[] {
  return task.after.flatMap((index) => task.session.tasks[index] ?? []);
}

/** What the tasks of a session share. */
export async function contextOf({ context }: SessionEntry, decode: Decode): Promise<Values> {
  return decodeAll([...(context ?? [])], decode);
}

async function decodeAll(entries: readonly (readonly [string, Payload | null])[], decode: Decode): Promise<Values> {
  const values = await Promise.all(entries.map(async ([name, payload]) => [name, await decode(payload)] as const));
  return Object.fromEntries(values);
}
