import type { Kit } from "../../policies/kit.ts";
import type { RawBreaker } from "../../wasm/policies.ts";
import type { OpossumState, ResolvedOptions } from "./options.ts";

export const CLOSED = 0;
export const OPEN = 1;
export const HALF_OPEN = 2;
const [SUCCESS, FAILURE] = [0, 1];

/** What a circuit tells the breaker it belongs to. */
export interface CircuitHost {
  opened(): void;
  closed(): void;
  halfOpened(): void;
  /** Whether anybody wants to know in time that it is half open. */
  isWatched(): boolean;
}

/** The state of one breaker: Polyphon's rule, told of as opossum does. */
export class Circuit {
  readonly #kit: Kit;
  readonly #host: CircuitHost;
  readonly #rule: RawBreaker;
  readonly #warmUntilMs: number;
  #told: number = CLOSED;
  #callOff: (() => void) | undefined;
  /** Wall time of the last opening. */
  lastTimerAt: number | undefined;
  /** Half open, and no probe has come yet. */
  pendingClose = false;

  /** `warmUpMs`: how long it stays closed at first, where it is to warm up. */
  constructor(kit: Kit, options: ResolvedOptions, warmUpMs: number, host: CircuitHost) {
    this.#kit = kit;
    this.#host = host;
    const nowMs = kit.clock.monoMs();
    this.#warmUntilMs = options.allowWarmUp || options.state?.warmUp ? nowMs + warmUpMs : Number.NEGATIVE_INFINITY;
    const sharePpm = Math.round(options.errorThresholdPercentage * 10_000);
    const { volumeThreshold, rollingCountTimeout, rollingCountBuckets, resetTimeout } = options;
    this.#rule = new kit.rules.RawBreaker(
      ...([1, volumeThreshold, sharePpm, rollingCountTimeout, rollingCountBuckets, resetTimeout, 1, 1] as const),
      true,
      nowMs,
    );
    const { fires = 0, failures = 0 } = options.status ?? {};
    if (fires > 0 || failures > 0) this.#rule.restore(fires, failures, nowMs);
  }

  /** Begins where another one stood, with its events. */
  restore({ closed, halfOpen, lastTimerAt }: OpossumState, resetTimeoutMs: number): void {
    if (closed !== false) return;
    const isOver = lastTimerAt !== undefined && this.#kit.clock.wallMs() - lastTimerAt > resetTimeoutMs;
    if (halfOpen || isOver) {
      this.#rule.halfOpen(this.#kit.clock.monoMs());
      this.#sync();
    } else {
      this.open();
    }
  }

  get state(): number {
    return this.#sync();
  }

  get isWarmingUp(): boolean {
    return this.#kit.clock.monoMs() < this.#warmUntilMs;
  }

  /** Counts a call that the breaker does not look at. */
  pass(): void {
    this.#rule.noteCall(this.#kit.clock.monoMs());
  }

  /** Lets a call through, or not: below zero. What is answered goes back with the outcome. */
  admit(): number {
    const nowMs = this.#kit.clock.monoMs();
    this.#sync(nowMs);
    const permit = this.#rule.admit(nowMs);
    if (permit >= 0) this.pendingClose = false;
    return permit;
  }

  succeed(permit: number): void {
    const nowMs = this.#kit.clock.monoMs();
    this.#sync(nowMs);
    this.#rule.record(permit, SUCCESS, nowMs);
    this.#sync(nowMs);
  }

  fail(permit: number): void {
    const nowMs = this.#kit.clock.monoMs();
    this.#sync(nowMs);
    if (this.isWarmingUp) this.#rule.noteFailure(nowMs);
    else this.#rule.record(permit, FAILURE, nowMs);
    this.#sync(nowMs);
  }

  open(): void {
    this.#rule.open(this.#kit.clock.monoMs());
    this.#sync();
  }

  close(): void {
    this.#rule.close(this.#kit.clock.monoMs());
    this.#sync();
  }

  /** Sets the timer for the half-open state where somebody waits for it. */
  watch(): void {
    this.stop();
    if (this.#told !== OPEN || !this.#host.isWatched()) return;
    const leftMs = Math.max(this.#rule.opensForMs(this.#kit.clock.monoMs()), 1);
    this.#callOff = this.#kit.clock.after(leftMs, () => {
      this.#callOff = undefined;
      if (this.#sync() === OPEN) this.watch();
    });
  }

  /** Calls the timer off. */
  stop(): void {
    this.#callOff?.();
    this.#callOff = undefined;
  }

  #sync(nowMs: number = this.#kit.clock.monoMs()): number {
    const state = this.#rule.state(nowMs);
    if (state === this.#told) return state;
    this.#told = state;
    this.pendingClose = state === HALF_OPEN;
    if (state === OPEN) this.lastTimerAt = this.#kit.clock.wallMs();
    this.watch();
    if (state === OPEN) this.#host.opened();
    else if (state === CLOSED) this.#host.closed();
    else this.#host.halfOpened();
    return state;
  }
}
