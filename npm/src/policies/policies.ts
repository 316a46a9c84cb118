import { type BulkheadOptions, BulkheadPolicy } from "./bulkhead.ts";
import { CircuitBreaker, type CircuitBreakerOptions } from "./circuit-breaker.ts";
import { type FallbackOptions, FallbackPolicy } from "./fallback.ts";
import { type HedgeOptions, HedgePolicy } from "./hedge.ts";
import { type Kit, makeKit, type PoliciesOptions } from "./kit.ts";
import type { PolicyCall, PolicyOptions } from "./policy.ts";
import { type RateLimitOptions, RateLimitPolicy } from "./rate-limit.ts";
import { type RetryOptions, RetryPolicy } from "./retry.ts";
import { TimeoutPolicy } from "./timeout.ts";

/**
 * Makes policies that share a clock. One for a program is enough; each holds an instance of the rules (about 1 MB of
 * address space), so do not make one for every call.
 *
 * Every method throws `POLICY_INVALID` when an option is out of its bounds.
 */
export class Policies {
  readonly #kit: Kit;

  constructor(options: PoliciesOptions = {}) {
    this.#kit = makeKit(options);
  }

  /** Tries again what fails. */
  retry(options?: RetryOptions): RetryPolicy {
    return new RetryPolicy(this.#kit, options);
  }

  /** Stops calling what keeps failing. */
  circuitBreaker(options?: CircuitBreakerOptions): CircuitBreaker {
    return new CircuitBreaker(this.#kit, options);
  }

  /** Bounds how many calls run at once. */
  bulkhead(options?: BulkheadOptions): BulkheadPolicy {
    return new BulkheadPolicy(this.#kit, options);
  }

  /** Bounds how long a call takes, in milliseconds, at least 1. */
  timeout(timeoutMs: number, options?: PolicyOptions): TimeoutPolicy {
    return new TimeoutPolicy(this.#kit, timeoutMs, options);
  }

  /** Bounds how many calls start per time. */
  rateLimit(options: RateLimitOptions): RateLimitPolicy {
    return new RateLimitPolicy(this.#kit, options);
  }

  /** Asks a second time when the first answer is late. */
  hedge(options?: HedgeOptions): HedgePolicy {
    return new HedgePolicy(this.#kit, options);
  }

  /** Answers with `answer(error)` when a call fails. */
  fallback<F>(
    answer: (error: unknown, call: PolicyCall) => F | PromiseLike<F>,
    options?: FallbackOptions,
  ): FallbackPolicy<F> {
    return new FallbackPolicy<F>(this.#kit, answer, options);
  }
}
