import type { Attempt } from "../host.ts";
import type { ThreadAttempt } from "./messages.ts";

/** Attempts may be objects that read their members late; a thread gets the values. */
export async function plainAttempt(attempt: Attempt): Promise<ThreadAttempt> {
  const { id, taskId, key, sessionId, agentId, number, fence, input, timeoutMs, recovery } = attempt;
  const { memoryMb, cpuCores, diskMb } = attempt.resources;
  const resources = { memoryMb, cpuCores, diskMb };
  const [outputs, context, state] = await Promise.all([
    attempt.outputs?.() ?? {},
    attempt.context?.() ?? {},
    attempt.state?.(),
  ]);
  const hasBus = attempt.bus !== undefined;
  const base = {
    hasBus,
    id,
    taskId,
    key,
    sessionId,
    agentId,
    number,
    fence,
    input,
    resources,
    timeoutMs,
    outputs,
    context,
    state,
  };
  return recovery ? { ...base, recovery: { ...recovery } } : base;
}
