/** Time after which the platform is due a turn of its own, in milliseconds. */
const TURN_MS = 2;

/** Keeps the event loop free: counts what the loop held it, and says when the platform is due its turn. */
export class Pace {
  #spentMs = 0;

  /** Work held the event loop for `ms`. */
  spend(ms: number): void {
    this.#spentMs += ms;
  }

  /** Whether the platform should get its turn before the next step. */
  get isSpent(): boolean {
    return this.#spentMs >= TURN_MS;
  }

  /** The platform had its turn. */
  rest(): void {
    this.#spentMs = 0;
  }
}
