import type { LoadedConfig } from "../../config/index.ts";
import type { AgentHost } from "../../hosts/host.ts";
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
export async function addCrew(team: Team, { plan, pool, monitoring }: LoadedConfig, host: AgentHost): Promise<void> {
  const { scaleUp, scaleDown, idleTimeoutMs } = pool;
  const heartbeatMs = Math.min(monitoring.healthCheckIntervalMs, DAY_MS);
  const capabilities = plan.tasks.flatMap(({ needs = [] }) => needs);
  const common = { scaleUp, scaleDown, idleTimeoutMs, heartbeatMs, maxLoad: 1, capabilities };
  const types = [...new Set(plan.tasks.map(({ agentType }) => agentType))];
  const pools = types.map((type, index) => {
    const max = Math.max(1, share(pool.max, types.length, index));
    const min = Math.min(max, share(pool.min, types.length, index));
    return team.pool(type ?? "agent", { ...common, min, max, ...(type === undefined ? {} : { type }) }, host).ready;
  });
  await Promise.all(pools);
}

/** Part `index` of a number that is shared among `parts` as evenly as whole numbers go. */
function share(whole: number, parts: number, index: number): number {
  return Math.floor(whole / parts) + (index < whole % parts ? 1 : 0);
}
