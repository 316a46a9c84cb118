import type { Clock } from "../runtime/clock.ts";

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** How often {@link FakeClock.settle} lets promise reactions run before it answers. */
const SETTLE_TURNS = 64;

/** A clock that stands still until a test moves it. Timers fire in the order they are due, ties in the order they were set. */
export class FakeClock implements Clock {
  #monoMs: number;
  #wallMs: number;
  #order = 0;
  readonly #timers = new Set<Timer>();

  /** `monoMs` defaults to 0, `wallMs` to 2026-01-01T00:00:00Z. */
  constructor(start: { readonly monoMs?: number; readonly wallMs?: number } = {}) {
    this.#monoMs = start.monoMs ?? 0;
    this.#wallMs = start.wallMs ?? Date.UTC(2026, 0, 1);
  }

  monoMs(): number {
    return this.#monoMs;
  }

  wallMs(): number {
    return this.#wallMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer: Timer = { dueMs: this.#monoMs + Math.max(delayMs, 0), order: this.#order++, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** A platform that has nothing else to do: promise reactions that are ready run first. */
  soon(callback: () => void): void {
    queueMicrotask(callback);
  }

  /** Timers that wait. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Milliseconds until the next timer is due; `undefined` when none waits. */
  get nextInMs(): number | undefined {
    const next = this.#next();
    return next && Math.max(next.dueMs - this.#monoMs, 0);
  }

  /** Moves time on and fires what falls due, also timers set on the way. Promise reactions run after it answers. */
  advance(ms: number): void {
    const endMs = this.#monoMs + ms;
    while (this.#fireNext(endMs));
    this.#moveTo(endMs);
  }

  /** Like {@link advance}, and lets promise reactions run after each timer. */
  async advanceAsync(ms: number): Promise<void> {
    const endMs = this.#monoMs + ms;
    await this.settle();
    while (this.#fireNext(endMs)) await this.settle();
    this.#moveTo(endMs);
    await this.settle();
  }

  /** Lets promise reactions that are ready run; does not wait for real input or output. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < SETTLE_TURNS; turn++) await Promise.resolve();
  }

  /** Sets the wall clock forward (or back, when negative) without any time passing, as an operator would. */
  jumpWall(ms: number): void {
    this.#wallMs += ms;
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (!next || timer.dueMs < next.dueMs || (timer.dueMs === next.dueMs && timer.order < next.order)) next = timer;
    }
    return next;
  }

  #fireNext(endMs: number): boolean {
    const next = this.#next();
    if (!next || next.dueMs > endMs) return false;
    this.#timers.delete(next);
    this.#moveTo(Math.max(next.dueMs, this.#monoMs));
    next.callback();
    return true;
  }

  #moveTo(monoMs: number): void {
    this.#wallMs += monoMs - this.#monoMs;
    this.#monoMs = monoMs;
  }
}
