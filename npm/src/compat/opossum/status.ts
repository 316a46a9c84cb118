import type { Clock } from "../../runtime/clock.ts";
import { Emitter, type Listener } from "./events.ts";
import { type BreakerStats, type Bucket, type Counter, emptyBucket, sumOf } from "./stats.ts";

/**
 * What happened within the window, in slices of time, the newest first. Tells `snapshot` with the sums at the end of each
 * slice; while somebody listens to that it holds a timer.
 */
export class Status extends Emitter {
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #sliceMs: number;
  readonly #hasPercentiles: boolean;
  readonly #hasSnapshots: boolean;
  #slice = 0;
  #window: Bucket[];
  #callOff: (() => void) | undefined;

  /** @internal */
  constructor(clock: Clock, options: StatusOptions) {
    super();
    this.#clock = clock;
    this.#startMs = clock.monoMs();
    this.#sliceMs = Math.max(Math.floor(options.rollingCountTimeout / options.rollingCountBuckets), 1);
    this.#hasPercentiles = options.rollingPercentilesEnabled;
    this.#hasSnapshots = options.enableSnapshots;
    this.#window = Array.from({ length: options.rollingCountBuckets }, emptyBucket);
    if (options.status !== undefined) this.#window[0] = { ...emptyBucket(), ...options.status };
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

  override on(event: string, listener: Listener): this {
    super.on(event, listener);
    return this.#watch();
  }

  override once(event: string, listener: Listener): this {
    super.once(event, listener);
    return this.#watch();
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

  /** @internal */
  shutdown(): void {
    this.removeAllListeners();
    this.#callOff?.();
    this.#callOff = undefined;
  }

  /** Sets the timer for the end of this slice where somebody waits for it. */
  #watch(): this {
    if (!this.#hasSnapshots || this.#callOff !== undefined || this.listenerCount("snapshot") === 0) return this;
    const passedMs = (this.#clock.monoMs() - this.#startMs) % this.#sliceMs;
    this.#callOff = this.#clock.after(Math.max(Math.ceil(this.#sliceMs - passedMs), 1), () => {
      this.#callOff = undefined;
      // The next timer first: a listener may shut the breaker down.
      this.#watch();
      this.emit("snapshot", this.stats);
    });
    return this;
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

/** What a window is made with. */
export interface StatusOptions {
  readonly rollingCountTimeout: number;
  readonly rollingCountBuckets: number;
  readonly rollingPercentilesEnabled: boolean;
  readonly enableSnapshots: boolean;
  /** What another one counted. */
  readonly status?: Partial<BreakerStats> | undefined;
}
