import { PolyphonError } from "../errors/error.ts";
import type { RawRateLimit } from "../wasm/policies.ts";
import { BasePolicy } from "./base.ts";
import type { Call } from "./call.ts";
import type { Gate, Gated } from "./gate.ts";
import type { Kit } from "./kit.ts";
import { Line } from "./line.ts";
import { OptionCheck } from "./options.ts";
import type { PolicyOptions, PolicyStatistics, Work } from "./policy.ts";

/** How many calls per time, each of weight 1 unless `run` says otherwise. */
export interface RateLimitOptions extends PolicyOptions {
  /** Calls let through every `perMs`, evenly; with weights, the sum of those. */
  readonly permits: number;
  /** Default 1,000: permits per second. */
  readonly perMs?: number;
  /** Calls let through at once after a pause. Default: `permits`. */
  readonly burst?: number;
  /** Calls that wait for their turn, first come, first served; one more is refused. Default 0. */
  readonly queue?: number;
}

/** What a rate limit tells. */
export type RateLimitEvent =
  | { readonly type: "delayed"; readonly queued: number }
  | { readonly type: "refused"; readonly retryAfterMs: number };

export interface RateLimitStatistics extends PolicyStatistics {
  /** Permits that are there now. */
  readonly available: number;
  /** Calls that wait now. */
  readonly queued: number;
  /** Calls that had to wait. */
  readonly delayed: number;
  /** Calls refused with `RATE_LIMITED`. */
  readonly refused: number;
}

/** A token bucket: at most `burst` at once and `permits` every `perMs` over any length of time. */
export class RateLimitPolicy extends BasePolicy<RateLimitEvent, RateLimitStatistics> implements Gate, Gated {
  readonly "~gates": readonly Gate[] = [this];
  readonly #rule: RawRateLimit;
  readonly #queue: number;
  readonly #burst: number;
  readonly #line = new Line();
  /** Weights of those in line, in their order. */
  readonly #weights = new Set<{ readonly weight: number }>();
  #callOff: (() => void) | undefined;
  #delayed = 0;
  #refused = 0;

  /** @internal */
  constructor(kit: Kit, options: RateLimitOptions) {
    super(kit, "rateLimit", options);
    const check = new OptionCheck(this.name);
    const permits = check.whole("permits", options.permits, 1, 1e9);
    this.#burst = check.whole("burst", options.burst ?? permits, 1, 1e9);
    this.#rule = new kit.rules.RawRateLimit(
      permits,
      check.ms("perMs", options.perMs ?? 1_000, 1),
      this.#burst,
      kit.clock.monoMs(),
    );
    this.#queue = check.whole("queue", options.queue ?? 0, 0, 1_000_000);
  }

  get statistics(): RateLimitStatistics {
    return {
      ...this.totals(),
      available: this.#rule.available(this.kit.clock.monoMs()),
      queued: this.#line.length,
      delayed: this.#delayed,
      refused: this.#refused,
    };
  }

  /**
   * Takes permits at once, for who neither runs anything nor waits: 0, or the milliseconds until there are so many.
   * `POLICY_INVALID` unless `weight` is 1 to `burst`.
   */
  take(weight = 1): number {
    this.#check(weight);
    return this.#rule.take(weight, this.kit.clock.monoMs());
  }

  /** @internal */
  isClear(): boolean {
    if (this.#line.length > 0) return false;
    return this.#queue === 0 || this.#rule.available(this.kit.clock.monoMs()) > 0;
  }

  /** @internal */
  enter(nowMs: number): number {
    this.began();
    if (this.#rule.take(1, nowMs) === 0) return 0;
    this.ended(true);
    throw this.#refusal(1);
  }

  /** @internal */
  left(): void {
    this.ended(false);
  }

  /** @internal */
  broke(): void {
    this.ended(true);
  }

  protected async invoke<T>(work: Work<T>, call: Call): Promise<T> {
    if (call.aborted) throw call.reason;
    // Nobody overtakes those who wait.
    this.#check(call.weight);
    const goes = this.#line.length === 0 && this.#rule.take(call.weight, this.kit.clock.monoMs()) === 0;
    if (!goes) await this.#wait(call);
    if (call.aborted) throw call.reason;
    return await work(call);
  }

  #wait(call: Call): Promise<void> {
    if (this.#line.length >= this.#queue) throw this.#refusal(call.weight);
    this.#delayed += 1;
    const waiting = { weight: call.weight };
    const turn = this.#line.join(call, () => {
      const [first] = this.#weights;
      const wasFirst = first === waiting;
      this.#weights.delete(waiting);
      if (!wasFirst) return;
      // The next may need less, or nobody waits.
      this.#callOff?.();
      this.#serve();
    });
    this.#weights.add(waiting);
    this.tell(() => ({ type: "delayed", queued: this.#line.length }));
    if (this.#callOff === undefined) this.#serve();
    return turn;
  }

  /** Lets the first in line go as soon as there is a permit, then those behind. */
  #serve(): void {
    this.#callOff = undefined;
    for (const waiting of this.#weights) {
      const waitMs = this.#rule.take(waiting.weight, this.kit.clock.monoMs());
      if (waitMs > 0) {
        this.#callOff = this.kit.clock.after(waitMs, () => this.#serve());
        return;
      }
      this.#weights.delete(waiting);
      this.#line.next();
    }
  }

  #check(weight: number): void {
    if (weight !== 1) new OptionCheck(this.name).whole("weight", weight, 1, this.#burst);
  }

  #refusal(weight: number): PolyphonError {
    this.#refused += 1;
    const waiting = [...this.#weights].reduce((sum, one) => sum + one.weight, weight);
    const retryAfterMs = Math.max(this.#rule.lineMs(waiting, this.kit.clock.monoMs()), 1);
    this.tell(() => ({ type: "refused", retryAfterMs }));
    return new PolyphonError("RATE_LIMITED", {
      message: `${this.name}: too many calls; the next permit that is not spoken for comes in ${retryAfterMs} ms.`,
      retryAfterMs,
      details: { policy: this.name, queued: this.#line.length },
    });
  }
}
