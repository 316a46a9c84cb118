import type { Mirror } from "../runtime/mirror/mirror.ts";
import type { TeamEvent } from "../sessions/session.ts";
import type { Event } from "../wasm/codec.generated.ts";

/** An event as users see it: names beside the kernel's handles. */
export function describeEvent(seq: number, timeMs: number, event: Event, mirror: Mirror): TeamEvent {
  const { type, ...data } = event;
  const { task, agent } = data as { readonly task?: number; readonly agent?: number };
  const taskHandle = type === "TaskAdded" ? seq : task;
  const agentHandle = type === "AgentRegistered" || type === "AgentProvisioned" ? seq : agent;
  return {
    seq,
    timeMs,
    type,
    task: taskHandle === undefined ? null : (mirror.tasks.get(taskHandle)?.key ?? null),
    agent: agentHandle === undefined ? null : (mirror.agents.get(agentHandle)?.spec.key ?? null),
    data,
  };
}
