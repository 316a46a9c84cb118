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
 * The pool that does the work of a configuration: `agent_001`, `agent_002` and so on, all on one host. Each runs whatever
 * program a task names, and so can do whatever tasks ask for.
 */
export async function addCrew(team: Team, { plan, pool, monitoring }: LoadedConfig, host: AgentHost): Promise<void> {
  const { min, max, scaleUp, scaleDown, idleTimeoutMs } = pool;
  const heartbeatMs = Math.min(monitoring.healthCheckIntervalMs, DAY_MS);
  const capabilities = plan.tasks.flatMap(({ needs = [] }) => needs);
  const options = { min, max, scaleUp, scaleDown, idleTimeoutMs, heartbeatMs, maxLoad: 1, capabilities };
  await team.pool("agent", options, host).ready;
}
