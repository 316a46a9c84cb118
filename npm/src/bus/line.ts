import type { MessagePriority } from "../transports/transport.ts";

/** Priorities as numbers, the least urgent first. */
export const RANKS: Readonly<Record<MessagePriority, number>> = { low: 0, medium: 1, high: 2, critical: 3 };

/** First in, first out; taking from the front costs nothing however long it is. */
class Fifo<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  peek(): T | undefined {
    return this.#items[this.#head];
  }

  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#items[this.#head++] = undefined;
    if (this.#head === this.#items.length) {
      this.#items.length = 0;
      this.#head = 0;
    } else if (this.#head > 1_024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}

/** Something that waits. */
export interface Waiting {
  /** From {@link RANKS}. */
  readonly rank: number;
  /** When it joined, in monotonic milliseconds. */
  readonly sinceMs: number;
}

/**
 * Who waits, the most urgent first, within a priority first come, first served. Strict, with ageing as the kernel has it:
 * each `ageingMs` of waiting weighs as much as one priority, so nothing waits for ever.
 */
export class PriorityLine<T extends Waiting> {
  readonly #ageingMs: number;
  readonly #classes: readonly Fifo<T>[] = [new Fifo<T>(), new Fifo<T>(), new Fifo<T>(), new Fifo<T>()];
  #length = 0;

  constructor(ageingMs: number) {
    this.#ageingMs = ageingMs;
  }

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    (this.#classes[item.rank] as Fifo<T>).push(item);
    this.#length += 1;
  }

  /** Takes the one whose turn it is. */
  shift(): T | undefined {
    let best: Fifo<T> | undefined;
    let bestKey = Number.POSITIVE_INFINITY;
    for (let rank = 3; rank >= 0; rank--) {
      const head = (this.#classes[rank] as Fifo<T>).peek();
      if (head === undefined) continue;
      const key = head.sinceMs - rank * this.#ageingMs;
      if (key < bestKey) {
        bestKey = key;
        best = this.#classes[rank];
      }
    }
    if (best === undefined) return undefined;
    this.#length -= 1;
    return best.shift();
  }

  /** Takes the oldest of the least urgent, unless everything is more urgent than `rank`. */
  drop(rank: number): T | undefined {
    for (let at = 0; at <= rank; at++) {
      const dropped = (this.#classes[at] as Fifo<T>).shift();
      if (dropped === undefined) continue;
      this.#length -= 1;
      return dropped;
    }
    return undefined;
  }

  clear(): void {
    while (this.shift() !== undefined);
  }
}
