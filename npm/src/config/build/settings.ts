import type {
  AlertRule,
  AlertSettings,
  LogLevel,
  MonitoringSettings,
  PoolSettings,
  RecoverySettings,
} from "../config.ts";
import type { Context } from "./context.ts";

const PATHS = {
  limit: ["agent_limits", "max_agents"],
  min: ["agent_pool", "min_agents"],
  max: ["agent_pool", "max_agents"],
  down: ["agent_pool", "scale_down_threshold"],
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

export function buildMonitoring(context: Context): MonitoringSettings {
  const { monitoring = {}, orchestrator = {} } = context.config;
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

export function buildAlerts(context: Context): AlertSettings {
  const { alerts = {} } = context.config;
  const rule = (name: AlertRule, threshold: number): { enabled: boolean; threshold: number } => ({
    enabled: alerts[name]?.enabled ?? true,
    threshold: alerts[name]?.threshold ?? threshold,
  });
  return {
    high_failure_rate: rule("high_failure_rate", 0.2),
    memory_exhaustion: rule("memory_exhaustion", 0.9),
    agent_unresponsive: rule("agent_unresponsive", 120_000),
    performance_degradation: rule("performance_degradation", 2),
  };
}
