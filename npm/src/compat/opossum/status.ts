import type { Clock } from "../../runtime/clock.ts";
import { type BreakerStats, type Bucket, emptyBucket, sumOf } from "./stats.ts";

/** What happened within the window, in slices of time, the newest first. */
export class Status {
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #sliceMs: number;
  readonly #hasPercentiles: boolean;
  #slice = 0;
  #window: Bucket[];

  /** @internal */
  constructor(clock: Clock, options: StatusOptions) {
    this.#clock = clock;
    this.#startMs = clock.monoMs();
    this.#sliceMs = Math.max(Math.floor(options.rollingCountTimeout / options.rollingCountBuckets), 1);
    this.#hasPercentiles = options.rollingPercentilesEnabled;
    this.#window = Array.from({ length: options.rollingCountBuckets }, emptyBucket);
  }

  /** The sums of the window, with mean and percentiles of the latency in milliseconds. */
  get stats(): BreakerStats {
    return sumOf(this.window, this.#hasPercentiles);
  }

  /** The slices, the newest first. */
  get window(): readonly Bucket[] {
    this.#rotate();
    return [...this.#window];
  }

  /** @internal */
  increment(property: Counter, latencyMs?: number): void {
    this.#rotate();
    const bucket = this.#window[0] as Bucket;
    bucket[property] += 1;
    if (latencyMs !== undefined) bucket.latencyTimes.push(latencyMs);
  }

  /** @internal */
  mark(isOpen: boolean): void {
    this.#rotate();
    (this.#window[0] as Bucket).isCircuitBreakerOpen = isOpen;
  }

  #rotate(): void {
    const slice = Math.floor((this.#clock.monoMs() - this.#startMs) / this.#sliceMs);
    const passed = Math.min(slice - this.#slice, this.#window.length);
    if (passed <= 0) return;
    this.#slice = slice;
    const fresh = Array.from({ length: passed }, emptyBucket);
    this.#window = [...fresh, ...this.#window].slice(0, this.#window.length);
  }
}

interface StatusOptions {
  readonly rollingCountTimeout: number;
  readonly rollingCountBuckets: number;
  readonly rollingPercentilesEnabled: boolean;
}

type Counter = "failures" | "fallbacks" | "successes" | "rejects" | "fires" | "timeouts" | "semaphoreRejections";
