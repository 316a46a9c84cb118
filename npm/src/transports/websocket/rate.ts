import type { Clock } from "../../runtime/clock.ts";

/** What may flow in a second, with a second's worth at once. */
export class Rate {
  readonly #clock: Clock;
  readonly #perSecond: number;
  #left: number;
  #atMs: number;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#left = perSecond;
    this.#atMs = clock.monoMs();
  }

  /** Takes `amount`; answers how long to wait before the next, in milliseconds: 0 while there is some left. */
  take(amount: number): number {
    const now = this.#clock.monoMs();
    this.#left = Math.min(this.#perSecond, this.#left + ((now - this.#atMs) / 1_000) * this.#perSecond) - amount;
    this.#atMs = now;
    return this.#left >= 0 ? 0 : Math.ceil((-this.#left / this.#perSecond) * 1_000);
  }
}
