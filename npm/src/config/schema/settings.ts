import { z } from "zod";
import { type IncreaseBlock, increase, type MatrixRowBlock, matrix } from "./matrix.ts";
import { type PoliciesBlock, policies } from "./policies.ts";
import { bytes, days, identifier, ratio, seconds, whole } from "./scalars.ts";

/** `failure_handling`. */
export interface FailureBlock {
  readonly max_retries?: number | undefined;
  readonly retry_delay_seconds?: number | undefined;
  readonly escalation_threshold?: number | undefined;
  readonly timeout_grace_period?: number | undefined;
}

const retries = whole(0, 1_000).meta({ description: "Tries after the first one", preset: 2 });
const delay = seconds("zero").meta({
  description: "Wait before a try that is not immediate",
  unit: "seconds",
  preset: 30,
});
const threshold = whole(1, 1_000).meta({
  description: "Failures of one task after which a human is asked",
  preset: 3,
});

export const failureHandling: z.ZodType<FailureBlock> = z.strictObject({
  max_retries: retries.optional(),
  retry_delay_seconds: delay.optional(),
  escalation_threshold: threshold.optional(),
  timeout_grace_period: seconds("zero")
    .meta({ description: "Time between the polite and the forced end of an attempt", unit: "seconds", preset: 60 })
    .optional(),
});

/** `recovery`. */
export interface RecoveryBlock {
  readonly max_retries?: number | undefined;
  readonly retry_delay?: number | undefined;
  readonly escalation_threshold?: number | undefined;
  readonly human_notification_webhook?: string | undefined;
  readonly matrix?: Readonly<Record<string, MatrixRowBlock>> | undefined;
  readonly increase?: IncreaseBlock | undefined;
  readonly widespread_tasks?: number | undefined;
}

export const recovery: z.ZodType<RecoveryBlock> = z.strictObject({
  max_retries: retries.meta({ description: "The same as `failure_handling.max_retries`", preset: 2 }).optional(),
  retry_delay: delay
    .meta({ description: "The same as `failure_handling.retry_delay_seconds`", unit: "seconds", preset: 30 })
    .optional(),
  escalation_threshold: threshold
    .meta({ description: "The same as `failure_handling.escalation_threshold`", preset: 3 })
    .optional(),
  human_notification_webhook: z
    .url({ protocol: /^https?$/, error: 'must be a web address such as "https://example.org/hook"' })
    .meta({
      description: "Where escalations are posted to; nothing is posted unless the run asks for it with `--notify`",
    })
    .optional(),
  matrix: matrix
    .meta({
      description:
        "Rows of the decision matrix by error type; what a row leaves out is as in the built-in one, or as in `other`",
      origin: "addition",
    })
    .optional(),
  increase: increase
    .meta({ description: "How much more a task gets when its allocation is increased", origin: "addition" })
    .optional(),
  widespread_tasks: whole(1, 100_000)
    .meta({
      description: "Tasks that fail alike at one time and make an error widespread",
      preset: 3,
      origin: "addition",
    })
    .optional(),
});

/** `agent_pool`. */
export interface PoolBlock {
  readonly min_agents?: number | undefined;
  readonly max_agents?: number | undefined;
  readonly scale_up_threshold?: number | undefined;
  readonly scale_down_threshold?: number | undefined;
  readonly agent_timeout?: number | undefined;
  readonly idle_timeout?: number | undefined;
  readonly policies?: PoliciesBlock | undefined;
  readonly policies_by_type?: Readonly<Record<string, PoliciesBlock>> | undefined;
}

export const agentPool: z.ZodType<PoolBlock> = z.strictObject({
  min_agents: whole(0, 10_000).meta({ description: "Agents kept ready", preset: 3 }).optional(),
  max_agents: whole(1, 10_000).meta({ description: "Most agents at once", preset: 6 }).optional(),
  scale_up_threshold: ratio()
    .meta({ description: "Utilisation above which agents are added", unit: "ratio", preset: 0.8 })
    .optional(),
  scale_down_threshold: ratio()
    .meta({ description: "Utilisation below which idle agents leave", unit: "ratio", preset: 0.3 })
    .optional(),
  agent_timeout: seconds()
    .meta({ description: "Time without a heartbeat after which an agent is removed", unit: "seconds", preset: 300 })
    .optional(),
  idle_timeout: seconds()
    .meta({
      description: "Time an agent above the minimum may idle before it leaves",
      unit: "seconds",
      preset: 60,
      origin: "addition",
    })
    .optional(),
  policies: policies.meta({ description: "Policies around each attempt of every pool", origin: "addition" }).optional(),
  policies_by_type: z
    .record(identifier(), policies)
    .meta({
      description:
        "Policies of the pool of one type of agents, in the place of `policies`, by type; `agent` is that of tasks without one",
      origin: "addition",
    })
    .optional(),
});

/** `monitoring`. */
export interface MonitoringBlock {
  readonly metrics_interval?: number | undefined;
  readonly health_check_interval?: number | undefined;
  readonly log_rotation_size?: number | undefined;
  readonly log_retention_days?: number | undefined;
}

export const monitoring: z.ZodType<MonitoringBlock> = z.strictObject({
  metrics_interval: seconds()
    .meta({ description: "Time between two lines of metrics in the log", unit: "seconds", preset: 10 })
    .optional(),
  health_check_interval: seconds()
    .meta({ description: "Time between two checks of an agent", unit: "seconds", preset: 30 })
    .optional(),
  log_rotation_size: bytes()
    .meta({ description: "Size at which a log file is closed and a new one begun", unit: "bytes", preset: "100MB" })
    .optional(),
  log_retention_days: days()
    .meta({ description: "Time a closed log file is kept", unit: "days", preset: 7 })
    .optional(),
});

/** One rule of `alerts`. */
interface AlertBlock {
  readonly enabled?: boolean | undefined;
  readonly threshold?: number | undefined;
}

/** `alerts`. */
export interface AlertsBlock {
  readonly high_failure_rate?: AlertBlock | undefined;
  readonly memory_exhaustion?: AlertBlock | undefined;
  readonly agent_unresponsive?: AlertBlock | undefined;
  readonly performance_degradation?: AlertBlock | undefined;
}

function alert(
  value: z.ZodType<number>,
  rule: string,
  unit: string,
  preset: number,
): z.ZodType<AlertBlock | undefined> {
  return z
    .strictObject({
      enabled: z
        .boolean()
        .meta({ description: "Whether the rule is judged", preset: true, origin: "addition" })
        .optional(),
      threshold: value.meta({ description: rule, unit, preset, origin: "addition" }).optional(),
    })
    .meta({ description: rule, origin: "addition" })
    .optional();
}

const factor = z.number().min(1).max(1_000_000);

export const alerts: z.ZodType<AlertsBlock> = z.strictObject({
  high_failure_rate: alert(ratio(), "Share of failed tasks above which no new tasks start", "ratio", 0.2),
  memory_exhaustion: alert(ratio(), "Share of the memory total above which fewer tasks run at once", "ratio", 0.9),
  agent_unresponsive: alert(seconds(), "Silence of an agent after which its tasks are reassigned", "seconds", 120),
  performance_degradation: alert(factor, "Multiple of the usual run time above which it is reported", "factor", 2),
});
