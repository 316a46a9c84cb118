import { PolyphonError } from "../errors/error.ts";
import type { RawRetry } from "../wasm/policies.ts";
import { BasePolicy } from "./base.ts";
import type { Call } from "./call.ts";
import type { Kit } from "./kit.ts";
import { OptionCheck, ppm } from "./options.ts";
import type { PolicyOptions, PolicyStatistics, Work } from "./policy.ts";
import type { Repeating } from "./repeating.ts";
import { isRetryable, pause } from "./waiting.ts";

/** How often and when to try again. Every field is optional. */
export interface RetryOptions extends PolicyOptions {
  /** Attempts in all, the first among them. Default 4: three retries. */
  readonly maxAttempts?: number;
  /** Wait before the second attempt, in milliseconds. Default 100. */
  readonly initialDelayMs?: number;
  /** No wait is longer, but for the jitter on top; a receiver that asks for more is not tried again. Default 30,000. */
  readonly maxDelayMs?: number;
  /** Growth from one wait to the next, 1 to 1,000. Default 2. */
  readonly multiplier?: number;
  /** Greatest part of a wait that is added at random, 0 to 1. Default 0.2. */
  readonly jitter?: number;
  /** Whether an error is worth another attempt. Default: what the error says (`retryable`), and all others but aborts. */
  readonly retryIf?: (error: unknown, attempt: number) => boolean;
}

/** What a retry policy tells. */
export type RetryEvent =
  | { readonly type: "retrying"; readonly attempt: number; readonly delayMs: number; readonly error: unknown }
  | { readonly type: "gaveUp"; readonly attempts: number; readonly error: unknown };

export interface RetryStatistics extends PolicyStatistics {
  /** Attempts beyond the first. */
  readonly retries: number;
  /** Calls given up although their last error was worth another attempt. */
  readonly exhausted: number;
}

/** Tries again what fails, ever later. Rejects with the last attempt's own error. */
export class RetryPolicy extends BasePolicy<RetryEvent, RetryStatistics> implements Repeating {
  readonly "~repeats" = true;
  readonly #rule: RawRetry;
  readonly #retryIf: (error: unknown, attempt: number) => boolean;
  #retries = 0;
  #exhausted = 0;

  /** @internal */
  constructor(kit: Kit, options: RetryOptions = {}) {
    super(kit, "retry", options);
    const check = new OptionCheck(this.name);
    this.#retryIf = options.retryIf ?? isRetryable;
    this.#rule = new kit.rules.RawRetry(
      check.whole("maxAttempts", options.maxAttempts ?? 4, 1, 1_000_000),
      check.ms("initialDelayMs", options.initialDelayMs ?? 100),
      check.ms("maxDelayMs", options.maxDelayMs ?? 30_000),
      ppm(check.number("multiplier", options.multiplier ?? 2, 1, 1_000)),
      ppm(check.number("jitter", options.jitter ?? 0.2, 0, 1)),
      kit.nextSeed(),
    );
  }

  get statistics(): RetryStatistics {
    return { ...this.totals(), retries: this.#retries, exhausted: this.#exhausted };
  }

  protected async invoke<T>(work: Work<T>, call: Call): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const child = call.child(attempt);
      try {
        return await work(child);
      } catch (error) {
        const delayMs = call.aborted ? -1 : this.#waitMs(attempt, error);
        if (delayMs < 0) throw error;
        this.#retries += 1;
        this.tell(() => ({ type: "retrying", attempt, delayMs, error }));
        await pause(this.kit.clock, delayMs, call);
      } finally {
        child.end();
      }
    }
  }

  #waitMs(attempt: number, error: unknown): number {
    const isWorth = this.#retryIf(error, attempt);
    const askedMs = error instanceof PolyphonError ? (error.retryAfterMs ?? 0) : 0;
    const delayMs = isWorth ? this.#rule.waitMs(attempt, Math.ceil(askedMs)) : -1;
    if (delayMs < 0) {
      if (isWorth) this.#exhausted += 1;
      this.tell(() => ({ type: "gaveUp", attempts: attempt, error }));
    }
    return delayMs;
  }
}
