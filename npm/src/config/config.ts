import type { BulkheadOptions } from "../policies/bulkhead.ts";
import type { CircuitBreakerOptions } from "../policies/circuit-breaker.ts";
import type { RateLimitOptions } from "../policies/rate-limit.ts";
import type { PlanDefinition } from "../tasks/plan.ts";
import type { RecoveryOptions } from "../team/policy.ts";
import type { ConfigProblem } from "./problem.ts";

/** A configuration that may be run: checked, units converted, defaults filled in. */
export interface LoadedConfig {
  /** `orchestrator.name`, or the name of the first file without its ending. */
  readonly name: string;
  readonly plan: PlanDefinition;
  readonly pool: PoolSettings;
  readonly recovery: RecoverySettings;
  /** The decision matrix, as far as it differs from the built-in one. */
  readonly matrix: RecoveryOptions;
  readonly monitoring: MonitoringSettings;
  readonly alerts: AlertSettings;
  /** Where escalations are posted to when the run asks for it. */
  readonly webhook: string | null;
  /** Templates that tasks name but nothing defines: such a plan only runs simulated. */
  readonly undefinedTemplates: readonly string[];
  /** What deserves a look, in the order of the files. */
  readonly warnings: readonly ConfigProblem[];
  /** Every value in force and where it is from. */
  readonly values: readonly ConfigValue[];
  /** Absolute paths of the files that were read, included ones too. */
  readonly files: readonly string[];
  /**
   * SHA-256, hexadecimal, of the canonical JSON of everything that decides how the plan runs. Comments, order of keys, the
   * place of the files, log settings and ports do not count.
   */
  readonly hash: string;
}

export interface PoolSettings {
  readonly min: number;
  readonly max: number;
  /** Utilisation from 0 to 1 above which agents are added. */
  readonly scaleUp: number;
  /** Utilisation from 0 to 1 below which idle agents leave. */
  readonly scaleDown: number;
  /** Time without a heartbeat after which an agent is removed. */
  readonly agentTimeoutMs: number;
  /** Time an agent above the minimum may idle. */
  readonly idleTimeoutMs: number;
  /** Policies around attempts; absent when nothing is said of them. */
  readonly policies?: PoliciesSettings;
}

/** Policies around the attempts of pools. */
export interface PoliciesSettings {
  /** Of every pool that has none of its own. */
  readonly common: PoolPolicies;
  /** By type of agents; `agent` is the pool for tasks that ask for no type. */
  readonly byType: Readonly<Record<string, PoolPolicies>>;
}

/** Policies around the attempts of one pool, times in milliseconds. */
export interface PoolPolicies {
  readonly timeoutMs?: number;
  readonly rateLimit?: RateLimitOptions;
  /** Without a time of its own: that is `timeoutMs`. */
  readonly circuitBreaker?: CircuitBreakerOptions;
  readonly bulkhead?: BulkheadOptions;
  /** The output in the place of a failure. */
  readonly fallback?: { readonly output: unknown };
}

export interface RecoverySettings {
  readonly maxRetries: number;
  readonly retryDelayMs: number;
  readonly escalationThreshold: number;
  readonly graceMs: number;
}

export interface MonitoringSettings {
  readonly metricsIntervalMs: number;
  readonly healthCheckIntervalMs: number;
  readonly logLevel: LogLevel;
  readonly logRotationBytes: number;
  readonly logRetentionMs: number;
  readonly apiPort: number;
  readonly metricsPort: number;
}

export type LogLevel = "debug" | "info" | "warn" | "error" | "critical";

export type AlertRule = "high_failure_rate" | "memory_exhaustion" | "agent_unresponsive" | "performance_degradation";

/** Thresholds: shares from 0 to 1, a factor for `performance_degradation`, milliseconds for `agent_unresponsive`. */
export type AlertSettings = Readonly<Record<AlertRule, { readonly enabled: boolean; readonly threshold: number }>>;

export interface ConfigValue {
  /** Keys from the root, for example `recovery.max_retries`. */
  readonly path: string;
  /** As it was written, or the default as one would write it. */
  readonly value: unknown;
  readonly from: "default" | "file" | "option" | "environment" | "command line";
  /** The file, variable or option it is from. */
  readonly source?: string;
  readonly line?: number;
  readonly column?: number;
}
