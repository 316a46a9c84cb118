import type { DraftRow } from "../runtime/payloads.ts";
import type { CompiledPlan } from "../tasks/compile.ts";
import type { Payload, TaskSpec } from "../wasm/codec.generated.ts";

/** Bytes a command or a task takes beside its texts and payloads, about. */
const OVERHEAD = 128;

/** Bytes a plan takes until it is durable, about; exact in what it carries of inputs. */
export function planWeight({ spec, tasks, rows, input }: CompiledPlan): number {
  let bytes = OVERHEAD + spec.name.length + inlineBytes(input) + rowBytes(rows);
  for (let index = 0; index < tasks.length; index++) bytes += taskBytes(tasks[index] as TaskSpec);
  return bytes;
}

/** Bytes of payload rows. */
export function rowBytes(rows: readonly DraftRow[]): number {
  let bytes = 0;
  for (const row of rows) bytes += row.bytes.length;
  return bytes;
}

function taskBytes({ key, name, after, input }: TaskSpec): number {
  return OVERHEAD + key.length + name.length + after.length * 3 + inlineBytes(input);
}

function inlineBytes(payload: Payload | null): number {
  return payload?.type === "Inline" ? payload.bytes.length : 0;
}
