/** `polyphon/policies`: what stands between a caller and something that fails, is slow or is too busy. */

export { PolyphonError } from "../errors/error.ts";
export type { Clock } from "../runtime/clock.ts";
export type { BulkheadEvent, BulkheadOptions, BulkheadPolicy, BulkheadStatistics } from "./bulkhead.ts";
export type {
  CircuitBreaker,
  CircuitBreakerOptions,
  CircuitEvent,
  CircuitState,
  CircuitStatistics,
} from "./circuit-breaker.ts";
export { type AroundOptions, around, compose, type FallbackOf } from "./compose.ts";
export type { FallbackEvent, FallbackOptions, FallbackPolicy, FallbackStatistics } from "./fallback.ts";
export type { HedgeEvent, HedgeOptions, HedgePolicy, HedgeStatistics } from "./hedge.ts";
export type { PoliciesOptions } from "./kit.ts";
export { Policies } from "./policies.ts";
export type * from "./policy.ts";
export type { RateLimitEvent, RateLimitOptions, RateLimitPolicy, RateLimitStatistics } from "./rate-limit.ts";
export type { RetryEvent, RetryOptions, RetryPolicy, RetryStatistics } from "./retry.ts";
export type { TimeoutEvent, TimeoutPolicy, TimeoutStatistics } from "./timeout.ts";
