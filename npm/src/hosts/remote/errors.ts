import { PolyphonError } from "../../errors/error.ts";
import type { AttemptError, AttemptResult } from "../host.ts";
import { stopText, stopType } from "../stop.ts";

export function replaced(name: string): PolyphonError {
  return new PolyphonError("AGENT_REPLACED", { message: `another instance of ${name} took its place.` });
}

export function detached(name: string, why: string): PolyphonError {
  return new PolyphonError("AGENT_DETACHED", { message: `${name} is not attached: ${why}.` });
}

export function stopped(name: string): PolyphonError {
  return new PolyphonError("AGENT_STOPPED", { message: `the team stopped ${name}.` });
}

export function denied(name: string, why: string): PolyphonError {
  return new PolyphonError("AGENT_DENIED", { message: `the team does not take ${name}: ${why}.` });
}

/** The attempt has ended without this report, or was never this agent's. */
export function fenced(fence: number): PolyphonError {
  return new PolyphonError("LEASE_FENCED", { message: `attempt ${fence} is over: this report comes too late.` });
}

/** The end of an attempt its agent said nothing of. */
export function failedBy(error: AttemptError, durationMs: number): AttemptResult {
  const usage = { memoryPeakBytes: null, cpuMs: null, diskBytes: null };
  return { ok: false, error, metrics: {}, artifacts: [], usage, durationMs };
}

/** It was asked to end and did not say in time that it has. */
export function abandoned(reason: unknown, graceMs: number): AttemptError {
  const message = `${stopText(reason)}; the remote agent did not say within ${graceMs} ms that it has ended`;
  return { type: stopType(reason), code: "HOST_ABANDONED", message, details: { graceMs } };
}
