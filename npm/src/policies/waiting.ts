import { PolyphonError } from "../errors/error.ts";
import type { Clock } from "../runtime/clock.ts";
import { Deadline } from "../runtime/deadlines.ts";
import { attempt, type Call } from "./call.ts";
import type { Kit } from "./kit.ts";
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
  { clock, deadlines }: Pick<Kit, "clock" | "deadlines">,
  ms: number,
  name: string,
  work: Work<T>,
  call: Call,
  onTimeout?: () => void,
): Promise<T> {
  if (call.aborted) return Promise.reject(call.reason);
  return new Promise((resolve, reject) => {
    const child = call.child();
    const limit = new Limit(child, ms, name, onTimeout);
    deadlines.set(limit, ms, clock.monoMs());
    const end = (): void => {
      deadlines.lift(limit);
      child.end();
    };
    child.onAbort(() => {
      end();
      reject(child.reason);
    });
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

/** The end of a call's time. */
class Limit extends Deadline {
  readonly #call: Call;
  readonly #ms: number;
  readonly #name: string;
  readonly #onTimeout: (() => void) | undefined;

  constructor(call: Call, ms: number, name: string, onTimeout: (() => void) | undefined) {
    super();
    this.#call = call;
    this.#ms = ms;
    this.#name = name;
    this.#onTimeout = onTimeout;
  }

  override expire(): void {
    this.#onTimeout?.();
    this.#call.abort(outOfTime(this.#name, this.#ms));
  }
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
