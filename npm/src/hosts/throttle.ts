import type { Clock } from "../runtime/clock.ts";

/** Passes on the first value at once and then the latest one at most every `intervalMs`. */
export class Throttle<T> {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #emit: (value: T) => void;
  #waiting: { readonly value: T } | undefined;
  #cancel: (() => void) | undefined;
  #ended = false;

  constructor(clock: Clock, intervalMs: number, emit: (value: T) => void) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#emit = emit;
  }

  push(value: T): void {
    if (this.#ended) return;
    if (this.#cancel) this.#waiting = { value };
    else this.#pass(value);
  }

  /** Nothing is passed on any more: what waits is superseded by what comes next. */
  end(): void {
    this.#ended = true;
    this.#cancel?.();
    this.#waiting = undefined;
  }

  #pass(value: T): void {
    this.#cancel = this.#clock.after(this.#intervalMs, () => {
      const waiting = this.#waiting;
      this.#cancel = undefined;
      this.#waiting = undefined;
      if (waiting) this.#pass(waiting.value);
    });
    this.#emit(value);
  }
}
