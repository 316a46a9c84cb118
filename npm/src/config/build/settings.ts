import type { RecoveryOptions, RecoveryRow } from "../../team/policy.ts";
import type {
  AlertRule,
  AlertSettings,
  LogLevel,
  MonitoringSettings,
  PoolSettings,
  RecoverySettings,
} from "../config.ts";
import type { MatrixRowBlock } from "../schema/matrix.ts";
import { type Context, defined } from "./context.ts";

const PATHS = {
  limit: ["agent_limits", "max_agents"],
  min: ["agent_pool", "min_agents"],
  max: ["agent_pool", "max_agents"],
  down: ["agent_pool", "scale_down_threshold"],
  silence: ["alerts", "agent_unresponsive", "threshold"],
} as const;

export function buildPool(context: Context): PoolSettings {
  const { agent_pool: pool = {}, agent_limits: limits = {} } = context.config;
  const most = context.either(limits.max_agents, PATHS.limit, pool.max_agents, PATHS.max);
  const max = most ?? Math.max(6, pool.min_agents ?? 0);
  const min = pool.min_agents ?? Math.min(3, max);
  const scaleUp = pool.scale_up_threshold ?? Math.max(0.8, pool.scale_down_threshold ?? 0);
  const scaleDown = pool.scale_down_threshold ?? Math.min(0.3, scaleUp);
  if (min > max) {
    context.problems.error(
      "CONFIG_RANGE",
      context.place(PATHS.min),
      `min_agents is ${min}, more than max_agents, which is ${max}`,
    );
  }
  if (scaleDown >= scaleUp) {
    const message = `scale_down_threshold is ${scaleDown}, not below scale_up_threshold, which is ${scaleUp}`;
    context.problems.error(
      "CONFIG_RANGE",
      context.place(PATHS.down),
      message,
      "between the two the pool keeps its size",
    );
  }
  return {
    min,
    max,
    scaleUp,
    scaleDown,
    agentTimeoutMs: pool.agent_timeout ?? 300_000,
    idleTimeoutMs: pool.idle_timeout ?? 60_000,
  };
}

export function buildRecovery(context: Context): RecoverySettings {
  const { failure_handling: failure = {}, recovery = {} } = context.config;
  const both = <T>(key: string, first: T | undefined, otherKey: string, second: T | undefined): T | undefined =>
    context.either(first, ["failure_handling", key], second, ["recovery", otherKey]);
  return {
    maxRetries: both("max_retries", failure.max_retries, "max_retries", recovery.max_retries) ?? 2,
    retryDelayMs:
      both("retry_delay_seconds", failure.retry_delay_seconds, "retry_delay", recovery.retry_delay) ?? 30_000,
    escalationThreshold:
      both(
        "escalation_threshold",
        failure.escalation_threshold,
        "escalation_threshold",
        recovery.escalation_threshold,
      ) ?? 3,
    graceMs: failure.timeout_grace_period ?? 60_000,
  };
}

/** The decision matrix: rows as they were written, the rest is the kernel's. */
export function buildMatrix(context: Context): RecoveryOptions {
  const { matrix = {}, increase = {}, widespread_tasks: widespreadTasks } = context.config.recovery ?? {};
  const { memory, cpu_cores: cpuCores, cpu_cores_max: cpuCoresMax, timeout } = increase;
  return {
    matrix: Object.fromEntries(Object.entries(matrix).map(([type, row]) => [type, rowOf(row)])),
    increase: defined({ memory, cpuCores, cpuCoresMax, timeout }),
    ...defined({ widespreadTasks }),
  };
}

function rowOf({ agent, orchestrator, human, severity, advice }: MatrixRowBlock): RecoveryRow {
  const none = <T>(action: T | "none" | undefined): T | null | undefined => (action === "none" ? null : action);
  return defined({ agent: none(agent), orchestrator: none(orchestrator), human, severity, advice }) as RecoveryRow;
}

/** Keys of what no version serves so far. */
const UNSERVED = ["api_port", "metrics_port"] as const;

export function buildMonitoring(context: Context): MonitoringSettings {
  const { monitoring = {}, orchestrator = {} } = context.config;
  for (const key of UNSERVED) {
    if (orchestrator[key] === undefined) continue;
    const message = `nothing listens on port ${orchestrator[key]}: this version starts no server`;
    context.problems.warning("CONFIG_NO_EFFECT", context.place(["orchestrator", key]), message);
  }
  const level = (orchestrator.log_level ?? "INFO").toLowerCase();
  return {
    metricsIntervalMs: monitoring.metrics_interval ?? 10_000,
    healthCheckIntervalMs: monitoring.health_check_interval ?? 30_000,
    logLevel: level === "warning" ? "warn" : (level as LogLevel),
    logRotationBytes: monitoring.log_rotation_size ?? 100 * 1_048_576,
    logRetentionMs: monitoring.log_retention_days ?? 7 * 86_400_000,
    apiPort: orchestrator.api_port ?? 8_080,
    metricsPort: orchestrator.metrics_port ?? 9_090,
  };
}

/** Silence after which an agent is lost, unless something else is said. */
const UNRESPONSIVE_MS = 120_000;

export function buildAlerts(context: Context, { agentTimeoutMs }: PoolSettings): AlertSettings {
  const { alerts = {} } = context.config;
  const silenceMs = alerts.agent_unresponsive?.threshold;
  if (silenceMs !== undefined && silenceMs > agentTimeoutMs) {
    const message = `the threshold is ${silenceMs / 1_000} s, more than agent_pool.agent_timeout, which is ${agentTimeoutMs / 1_000} s`;
    const hint = "an agent must be lost before it is removed";
    context.problems.error("CONFIG_RANGE", context.place(PATHS.silence), message, hint);
  }
  const rule = (name: AlertRule, threshold: number): { enabled: boolean; threshold: number } => ({
    enabled: alerts[name]?.enabled ?? true,
    threshold: alerts[name]?.threshold ?? threshold,
  });
  return {
    high_failure_rate: rule("high_failure_rate", 0.2),
    memory_exhaustion: rule("memory_exhaustion", 0.9),
    agent_unresponsive: rule("agent_unresponsive", Math.min(UNRESPONSIVE_MS, agentTimeoutMs)),
    performance_degradation: rule("performance_degradation", 2),
  };
}
