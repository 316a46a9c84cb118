import { Facts } from "../facts.ts";
import type { Invariant, Seen } from "../judge.ts";
import type { Violation } from "../violation.ts";
import type { Time } from "./clock.ts";

/** What is known of a world from outside, and who judges it. */
export class Observer {
  readonly facts: Facts = new Facts();
  readonly trace: string[] = [];
  readonly counted: Map<string, number> = new Map();
  readonly #time: Time;
  readonly #invariants: readonly Invariant[];
  readonly #only: string | undefined;
  #failure: unknown;

  /** With `only` nothing but one invariant is looked at. */
  constructor(time: Time, invariants: readonly Invariant[], only: string | undefined) {
    this.#time = time;
    this.#invariants = invariants;
    this.#only = only;
  }

  count(what: string): void {
    this.counted.set(what, (this.counted.get(what) ?? 0) + 1);
  }

  note(text: string): void {
    this.trace.push(`${this.#time.nowMs} ${text}`);
  }

  see(seen: Seen): void {
    if (this.#failure !== undefined) return;
    for (const invariant of this.#invariants) this.watch(() => invariant.see(seen, this.facts));
  }

  /** Keeps what was violated: it may be a handler that was called, whose errors are the bus's to swallow. */
  watch(look: () => void): void {
    try {
      look();
    } catch (error) {
      const isOther = this.#only !== undefined && (error as Violation).invariant !== this.#only;
      if (!isOther) this.#failure ??= error;
    }
  }

  /** Throws what was kept. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}
