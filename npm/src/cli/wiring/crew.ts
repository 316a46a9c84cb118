import type { PoolPolicies } from "../../config/config.ts";
import type { LoadedConfig } from "../../config/index.ts";
import type { AgentHost } from "../../hosts/host.ts";
import { Policies } from "../../policies/policies.ts";
import type { Policy } from "../../policies/policy.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { OpenOptions } from "../../team/options.ts";
import type { Team } from "../../team/team.ts";

/** Longest time between two signs of life the kernel takes. */
const DAY_MS = 86_400_000;

/** What a configuration says of the whole team. */
export function settingsOf({ plan, pool, alerts, matrix }: LoadedConfig): OpenOptions {
  const { totals } = plan;
  return {
    alerts,
    agents: { removeMs: pool.agentTimeoutMs },
    recovery: matrix,
    ...(totals === undefined ? {} : { totals }),
  };
}

/**
 * The agents that do the work of a configuration, all on one host: each runs whatever program a task names, and so can do
 * whatever tasks ask for. Tasks that ask for no type are for the pool `agent`, others for a pool of that type; the pools
 * share the configured number of agents.
 */
export async function addCrew(
  team: Team,
  { plan, pool, monitoring }: LoadedConfig,
  host: AgentHost,
  clock: Clock,
): Promise<void> {
  const { policies: settings } = pool;
  const kit = settings === undefined ? undefined : new Policies({ clock });
  const { scaleUp, scaleDown, idleTimeoutMs } = pool;
  const heartbeatMs = Math.min(monitoring.healthCheckIntervalMs, DAY_MS);
  const capabilities = plan.tasks.flatMap(({ needs = [] }) => needs);
  const common = { scaleUp, scaleDown, idleTimeoutMs, heartbeatMs, maxLoad: 1, capabilities };
  const types = [...new Set(plan.tasks.map(({ agentType }) => agentType))];
  const pools = types.map((type, index) => {
    const max = Math.max(1, share(pool.max, types.length, index));
    const min = Math.min(max, share(pool.min, types.length, index));
    const policies = kit === undefined ? [] : policiesOf(kit, settings?.byType[type ?? "agent"] ?? settings?.common);
    return team.pool(type ?? "agent", { ...common, min, max, policies, ...(type === undefined ? {} : { type }) }, host)
      .ready;
  });
  await Promise.all(pools);
}

/** Policies as a configuration says, the outermost first. A pool has a breaker of its own, and so on. */
function policiesOf(kit: Policies, policies: PoolPolicies = {}): readonly Policy<unknown>[] {
  const { fallback, rateLimit, circuitBreaker, bulkhead, timeoutMs } = policies;
  return [
    ...(fallback === undefined ? [] : [kit.fallback(() => fallback.output)]),
    ...(rateLimit === undefined ? [] : [kit.rateLimit(rateLimit)]),
    ...(circuitBreaker === undefined ? [] : [kit.circuitBreaker(circuitBreaker)]),
    ...(bulkhead === undefined ? [] : [kit.bulkhead(bulkhead)]),
    ...(timeoutMs === undefined ? [] : [kit.timeout(timeoutMs)]),
  ];
}

/** Part `index` of a number that is shared among `parts` as evenly as whole numbers go. */
function share(whole: number, parts: number, index: number): number {
  return Math.floor(whole / parts) + (index < whole % parts ? 1 : 0);
}
