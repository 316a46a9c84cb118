import type { Clock } from "../runtime/clock.ts";

/** Rhythm in which the owner is asked for a sign of life, in milliseconds. */
export const ASK_MS = 850;
/** Questions in a row without an answer after which it hangs: it is replaced within five seconds. */
const UNANSWERED_MOST = 3;

/** What a watch does. */
export interface WatchListener {
  /** Asks whoever owns the journal, or is about to, to say so. */
  ask(): void;
  /** Nobody has answered for a while. */
  silent(): void;
}

/**
 * Watches the owner of a journal from another tab. What counts are questions without an answer, not time: a tab whose own timers
 * stood still blames nobody. Answering takes the owner no timer, which browsers slow down in tabs nobody looks at.
 */
export class OwnerWatch {
  readonly #clock: Clock;
  readonly #listener: WatchListener;
  #unanswered = 0;
  #answers = 0;
  #callOff: (() => void) | undefined;

  constructor(clock: Clock, listener: WatchListener) {
    this.#clock = clock;
    this.#listener = listener;
  }

  /** Watches from now on. */
  start(): void {
    this.stop();
    this.#unanswered = 0;
    this.#arm();
  }

  stop(): void {
    this.#callOff?.();
    this.#callOff = undefined;
  }

  /** Signs of life so far. */
  get answers(): number {
    return this.#answers;
  }

  /** The owner lives, or somebody is about to be it. */
  heard(): void {
    this.#unanswered = 0;
    this.#answers += 1;
  }

  #arm(): void {
    this.#callOff = this.#clock.after(ASK_MS, () => {
      this.#arm();
      if (this.#unanswered >= UNANSWERED_MOST) {
        this.#unanswered = 0;
        this.#listener.silent();
        return;
      }
      this.#unanswered += 1;
      this.#listener.ask();
    });
  }
}
