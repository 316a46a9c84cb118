import type { RateLimitOptions } from "../../policies/rate-limit.ts";
import type { PoliciesSettings, PoolPolicies } from "../config.ts";
import type { PoliciesBlock } from "../schema/policies.ts";
import { type Context, defined } from "./context.ts";

/** `types`: those tasks ask for. `undefined` when nothing is said of policies. */
export function buildPolicies(context: Context, types: ReadonlySet<string>): PoliciesSettings | undefined {
  const { policies, policies_by_type: byType = {} } = context.config.agent_pool ?? {};
  if (policies === undefined && Object.keys(byType).length === 0) return undefined;
  const built = Object.entries(byType).map(([type, block]) => {
    if (type !== "agent" && !types.has(type)) {
      const place = context.place(["agent_pool", "policies_by_type", type]);
      context.problems.warning("CONFIG_NO_EFFECT", place, `no task asks for agents of the type "${type}"`);
    }
    return [type, poolPolicies(block)] as const;
  });
  return { common: poolPolicies(policies ?? {}), byType: Object.fromEntries(built) };
}

function poolPolicies(block: PoliciesBlock): PoolPolicies {
  const { timeout: timeoutMs, rate_limit: rate, circuit_breaker: breaker, bulkhead, fallback } = block;
  return defined({
    timeoutMs,
    rateLimit:
      rate &&
      (defined({ permits: rate.permits, perMs: rate.per, burst: rate.burst, queue: rate.queue }) as RateLimitOptions),
    circuitBreaker:
      breaker &&
      defined({
        failures: breaker.failures,
        windowMs: breaker.window,
        resetMs: breaker.reset,
        probes: breaker.probes,
        successes: breaker.successes,
        minimumCalls: breaker.minimum_calls,
        failureShare: breaker.failure_share,
        timeoutMs: 0,
      }),
    bulkhead: bulkhead && defined({ limit: bulkhead.limit, queue: bulkhead.queue }),
    fallback: fallback === undefined ? undefined : { output: fallback },
  }) as PoolPolicies;
}
