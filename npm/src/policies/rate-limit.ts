import { PolyphonError } from "../errors/error.ts";
import type { RawRateLimit } from "../wasm/policies.ts";
import { BasePolicy } from "./base.ts";
import type { Call } from "./call.ts";
import type { Kit } from "./kit.ts";
import { Line } from "./line.ts";
import { OptionCheck } from "./options.ts";
import type { PolicyOptions, PolicyStatistics, Work } from "./policy.ts";

/** How many calls per time. */
export interface RateLimitOptions extends PolicyOptions {
  /** Calls let through every `perMs`, evenly. */
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
export class RateLimitPolicy extends BasePolicy<RateLimitEvent, RateLimitStatistics> {
  readonly #rule: RawRateLimit;
  readonly #queue: number;
  readonly #line = new Line();
  #callOff: (() => void) | undefined;
  #delayed = 0;
  #refused = 0;

  /** @internal */
  constructor(kit: Kit, options: RateLimitOptions) {
    super(kit, "rateLimit", options);
    const check = new OptionCheck(this.name);
    const permits = check.whole("permits", options.permits, 1, 1e9);
    this.#rule = new kit.rules.RawRateLimit(
      permits,
      check.ms("perMs", options.perMs ?? 1_000, 1),
      check.whole("burst", options.burst ?? permits, 1, 1e9),
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

  /** Takes a permit at once, for who neither runs anything nor waits: 0, or the milliseconds until there is one. */
  take(): number {
    return this.#rule.take(this.kit.clock.monoMs());
  }

  protected async invoke<T>(work: Work<T>, call: Call): Promise<T> {
    if (call.aborted) throw call.reason;
    // Nobody overtakes those who wait.
    const goes = this.#line.length === 0 && this.#rule.take(this.kit.clock.monoMs()) === 0;
    if (!goes) await this.#wait(call);
    if (call.aborted) throw call.reason;
    return await work(call);
  }

  #wait(call: Call): Promise<void> {
    if (this.#line.length >= this.#queue) throw this.#refusal();
    this.#delayed += 1;
    const turn = this.#line.join(call, () => {
      if (this.#line.length > 0) return;
      this.#callOff?.();
      this.#callOff = undefined;
    });
    this.tell(() => ({ type: "delayed", queued: this.#line.length }));
    if (this.#callOff === undefined) this.#serve();
    return turn;
  }

  /** Lets the first in line go as soon as there is a permit, then those behind. */
  #serve(): void {
    this.#callOff = undefined;
    while (this.#line.length > 0) {
      const waitMs = this.#rule.take(this.kit.clock.monoMs());
      if (waitMs > 0) {
        this.#callOff = this.kit.clock.after(waitMs, () => this.#serve());
        return;
      }
      this.#line.next();
    }
  }

  #refusal(): PolyphonError {
    this.#refused += 1;
    const retryAfterMs = Math.max(this.#rule.lineMs(this.#line.length + 1, this.kit.clock.monoMs()), 1);
    this.tell(() => ({ type: "refused", retryAfterMs }));
    return new PolyphonError("RATE_LIMITED", {
      message: `${this.name}: too many calls; the next permit that is not spoken for comes in ${retryAfterMs} ms.`,
      retryAfterMs,
      details: { policy: this.name, queued: this.#line.length },
    });
  }
}
