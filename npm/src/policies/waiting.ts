import { PolyphonError } from "../errors/error.ts";
import type { Clock } from "../runtime/clock.ts";
import { attempt, type Call } from "./call.ts";
import type { Work } from "./policy.ts";

/** Waits; an aborted call waits no longer. */
export function pause(clock: Clock, ms: number, call: Call): Promise<void> {
  if (call.aborted) return Promise.reject(call.reason);
  return new Promise((resolve, reject) => {
    const callOff = clock.after(ms, () => {
      takeBack();
      resolve();
    });
    const takeBack = call.onAbort(() => {
      callOff();
      reject(call.reason);
    });
  });
}

/** Runs `work` for at most `ms`; then it is told through its signal and no longer waited for. */
export function timed<T>(
  clock: Clock,
  ms: number,
  name: string,
  work: Work<T>,
  call: Call,
  onTimeout: () => void = () => {},
): Promise<T> {
  if (call.aborted) return Promise.reject(call.reason);
  return new Promise((resolve, reject) => {
    const child = call.child();
    const callOff = clock.after(ms, () => {
      onTimeout();
      child.abort(outOfTime(name, ms));
    });
    child.onAbort(() => {
      callOff();
      child.end();
      reject(child.reason);
    });
    const end = (): void => {
      callOff();
      child.end();
    };
    attempt(work, child).then(
      (value) => {
        end();
        resolve(value);
      },
      (error) => {
        end();
        reject(error);
      },
    );
  });
}

/** Whether what ended a call says that its receiver was too slow, rather than that nobody wants the answer. */
export function isTimeout(reason: unknown): boolean {
  if (reason instanceof PolyphonError) return reason.code === "REQUEST_TIMEOUT";
  return reason instanceof Error && reason.name === "TimeoutError";
}

/** Whether repeating a call that failed so can help: what the error says of itself, else yes unless it was aborted. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof PolyphonError) return error.retryable;
  return !(error instanceof Error && error.name === "AbortError");
}

function outOfTime(name: string, ms: number): PolyphonError {
  return new PolyphonError("REQUEST_TIMEOUT", {
    message: `${name}: no answer within ${ms} ms; whether it took effect is unknown.`,
    details: { policy: name, timeoutMs: ms },
  });
}
