import type { Clock } from "../../runtime/clock.ts";
import { OpossumError } from "./errors.ts";

/** What becomes of one call. */
export interface RunHost {
  succeeded(value: unknown, latencyMs: number): void;
  failed(error: unknown, latencyMs: number): void;
  timedOut(error: OpossumError, latencyMs: number): void;
  /** The call no longer takes a place. */
  released(): void;
}

/** Calls `action` and reports the first of its end and its timeout (0: none), in the order in which opossum does. */
export function run(clock: Clock, timeoutMs: number, action: () => unknown, host: RunHost): void {
  const sinceMs = clock.monoMs();
  const latency = (): number => Math.round(clock.monoMs() - sinceMs);
  let isTimedOut = false;
  const callOff =
    timeoutMs > 0
      ? clock.after(timeoutMs, () => {
          isTimedOut = true;
          host.released();
          host.timedOut(new OpossumError("ETIMEDOUT", `Timed out after ${timeoutMs}ms`), latency());
        })
      : undefined;
  const failed = (error: unknown): void => {
    if (isTimedOut) return;
    callOff?.();
    host.released();
    host.failed(error, latency());
  };
  let result: PromiseLike<unknown>;
  try {
    const answer = action();
    result = isThenable(answer) ? answer : Promise.resolve(answer);
  } catch (error) {
    failed(error);
    return;
  }
  // One turn later than successes, and also for what a listener throws, as there.
  result
    .then((value) => {
      if (isTimedOut) return;
      callOff?.();
      host.succeeded(value, latency());
    })
    .then(undefined, failed);
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === "function";
}
