import type { Clock } from "../runtime/clock.ts";
import type { RawHedge } from "../wasm/policies.ts";
import type { Call } from "./call.ts";
import { isRetryable } from "./waiting.ts";

/** Who runs the copies. */
interface RaceHost<T> {
  start(copy: Call): Promise<T>;
  /** Another copy was due and may not start. */
  held(): void;
}

/** Copies of one call, of which the first answer counts. How long each took, or was waited for, is told to the rule. */
export class Race<T> {
  readonly result: Promise<{ readonly value: T; readonly winner: number }>;
  readonly #clock: Clock;
  readonly #rule: RawHedge;
  readonly #call: Call;
  readonly #host: RaceHost<T>;
  /** When each that runs began. */
  readonly #running = new Map<Call, number>();
  #callOff: (() => void) | undefined;
  #started = 0;
  #failed = 0;
  #isOver = false;

  constructor(clock: Clock, rule: RawHedge, call: Call, host: RaceHost<T>) {
    this.#clock = clock;
    this.#rule = rule;
    this.#call = call;
    this.#host = host;
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
    this.#running.set(copy, this.#clock.monoMs());
    this.#host.start(copy).then(
      (value) => {
        this.#measure(copy);
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
    else {
      this.#callOff = this.#clock.after(waitMs, () => {
        if (this.#rule.mayStart()) this.#next(resolve, reject);
        else this.#host.held();
      });
    }
  }

  /** One that is no longer waited for took as long at least. */
  #measure(copy: Call): void {
    const sinceMs = this.#running.get(copy);
    if (sinceMs !== undefined) this.#rule.record(Math.round(this.#clock.monoMs() - sinceMs));
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
    for (const copy of this.#running.keys()) {
      this.#measure(copy);
      copy.end();
      copy.abort(new DOMException("Another copy of the call has decided.", "AbortError"));
    }
  }
}
