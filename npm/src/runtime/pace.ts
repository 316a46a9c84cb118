import type { Clock } from "./clock.ts";

/** Time after which the platform is due a turn of its own, in milliseconds. */
const TURN_MS = 1;

/** Keeps the event loop free: knows how long it was held, by whomever, since the platform had its turn. */
export class Pace {
  readonly #clock: Clock;
  #sinceMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Work begins or goes on. */
  enter(): void {
    if (this.#sinceMs !== undefined) return;
    this.#sinceMs = this.#clock.monoMs();
    this.#clock.soon(() => {
      this.#sinceMs = undefined;
    });
  }

  /** Whether the platform should get its turn before the work goes on. */
  get isSpent(): boolean {
    return this.#sinceMs !== undefined && this.#clock.monoMs() - this.#sinceMs >= TURN_MS;
  }
}
