import type { Clock } from "../runtime/clock.ts";
import type { RawHedge } from "../wasm/policies.ts";
import type { Call } from "./call.ts";
import { isRetryable } from "./waiting.ts";

/** Copies of one call, of which the first answer counts. */
export class Race<T> {
  readonly result: Promise<{ readonly value: T; readonly winner: number }>;
  readonly #clock: Clock;
  readonly #rule: RawHedge;
  readonly #call: Call;
  readonly #start: (copy: Call) => Promise<T>;
  readonly #running = new Set<Call>();
  #callOff: (() => void) | undefined;
  #started = 0;
  #failed = 0;
  #isOver = false;

  constructor(clock: Clock, rule: RawHedge, call: Call, start: (copy: Call) => Promise<T>) {
    this.#clock = clock;
    this.#rule = rule;
    this.#call = call;
    this.#start = start;
    this.result = new Promise((resolve, reject) => {
      const takeBack = call.onAbort(() => this.#end(() => reject(call.reason)));
      const ended = (settle: () => void): void => {
        takeBack();
        settle();
      };
      this.#next(
        (value, winner) => ended(() => resolve({ value, winner })),
        (error) => ended(() => reject(error)),
      );
    });
  }

  #next(resolve: (value: T, winner: number) => void, reject: (error: unknown) => void): void {
    this.#callOff = undefined;
    this.#started += 1;
    const copy = this.#call.child(this.#started);
    this.#running.add(copy);
    this.#start(copy).then(
      (value) => {
        this.#leave(copy);
        this.#end(() => resolve(value, copy.attempt));
      },
      (error) => {
        this.#leave(copy);
        this.#failed += 1;
        const isLast = this.#running.size === 0 && this.#rule.waitMs(this.#started, this.#failed) < 0;
        if (isLast || !isRetryable(error)) this.#end(() => reject(error));
        else if (this.#running.size === 0) this.#arm(resolve, reject);
      },
    );
    this.#arm(resolve, reject);
  }

  /** Waits for the time of the next copy, if there is to be one. */
  #arm(resolve: (value: T, winner: number) => void, reject: (error: unknown) => void): void {
    this.#callOff?.();
    this.#callOff = undefined;
    const waitMs = this.#rule.waitMs(this.#started, this.#failed);
    if (waitMs < 0 || this.#isOver) return;
    if (waitMs === 0) this.#next(resolve, reject);
    else this.#callOff = this.#clock.after(waitMs, () => this.#next(resolve, reject));
  }

  /** A copy that has ended is not aborted any more: its answer may still be in use. */
  #leave(copy: Call): void {
    copy.end();
    this.#running.delete(copy);
  }

  #end(settle: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#callOff?.();
    settle();
    for (const copy of this.#running) {
      copy.end();
      copy.abort(new DOMException("Another copy of the call has decided.", "AbortError"));
    }
  }
}
