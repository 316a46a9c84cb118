import type { Clock } from "../../../npm/src/runtime/clock.ts";

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly callback: () => void;
  isOff: boolean;
}

/** When a simulation begins, in milliseconds since 1970. */
const BEGIN_MS = Date.UTC(2026, 0, 1);

/** The time of a simulated world: it stands still until the next timer is due. Ties fire in the order they were set. */
export class Time {
  nowMs = 0;
  #order = 0;
  readonly #heap: Timer[] = [];

  /** When the next timer is due. */
  get nextMs(): number | undefined {
    while (this.#heap[0]?.isOff === true) this.#pop();
    return this.#heap[0]?.dueMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer: Timer = { dueMs: this.nowMs + Math.max(delayMs, 0), order: this.#order++, callback, isOff: false };
    this.#push(timer);
    return () => {
      timer.isOff = true;
    };
  }

  /** Fires the next timer, moving time to it. */
  fire(): void {
    if (this.nextMs === undefined) return;
    const timer = this.#pop() as Timer;
    this.nowMs = Math.max(this.nowMs, timer.dueMs);
    timer.isOff = true;
    timer.callback();
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(timer, heap[parent] as Timer)) break;
      heap[at] = heap[parent] as Timer;
      at = parent;
    }
    heap[at] = timer;
  }

  #pop(): Timer | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Timer, heap[child] as Timer)) child += 1;
      if (!isBefore(heap[child] as Timer, last)) break;
      heap[at] = heap[child] as Timer;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.order < other.order);
}

/** The clock of one process: its wall may be wrong, and with the process its timers end. */
export class ProcessClock implements Clock {
  readonly #time: Time;
  /** What its wall clock is ahead. */
  aheadMs: number;
  isDead = false;

  constructor(time: Time, aheadMs: number) {
    this.#time = time;
    this.aheadMs = aheadMs;
  }

  monoMs(): number {
    return this.#time.nowMs;
  }

  wallMs(): number {
    return BEGIN_MS + Math.floor(this.#time.nowMs) + this.aheadMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    return this.#time.after(delayMs, () => {
      if (!this.isDead) callback();
    });
  }

  soon(callback: () => void): void {
    this.after(0, callback);
  }
}
