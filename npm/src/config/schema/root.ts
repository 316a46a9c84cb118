import { z } from "zod";
import type { PhaseMode } from "../../tasks/plan.ts";
import { agentLimits, type ClassBlock, type LimitsBlock, resourceClass } from "./resources.ts";
import { identifier, name, ratio, seconds, whole } from "./scalars.ts";
import {
  type AlertsBlock,
  agentPool,
  alerts,
  type FailureBlock,
  failureHandling,
  type MonitoringBlock,
  monitoring,
  type PoolBlock,
  type RecoveryBlock,
  recovery,
} from "./settings.ts";
import { type TaskBlock, task } from "./tasks.ts";
import { type TemplateBlock, template } from "./templates.ts";

/** `orchestrator`. */
export interface OrchestratorBlock {
  readonly name?: string | undefined;
  readonly version?: string | undefined;
  readonly log_level?: string | undefined;
  readonly api_port?: number | undefined;
  readonly metrics_port?: number | undefined;
  readonly timeout?: number | undefined;
  readonly timeout_seconds?: number | undefined;
  readonly input?: unknown;
  readonly task_definitions?: Readonly<Record<string, readonly TaskBlock[]>> | undefined;
}

/** An entry of `phases`. */
export interface PhaseBlock {
  readonly name: string;
  readonly mode?: PhaseMode | undefined;
  readonly classes?: readonly string[] | undefined;
  readonly tasks?: readonly string[] | undefined;
  readonly timeout?: number | undefined;
  readonly timeout_seconds?: number | undefined;
  readonly gate_min_completed?: number | undefined;
}

/** A whole configuration, its units converted: times to milliseconds, memory and disk to MB. */
export interface ConfigFile {
  readonly resource_allocation?: Readonly<Record<string, ClassBlock>> | undefined;
  readonly agent_limits?: LimitsBlock | undefined;
  readonly failure_handling?: FailureBlock | undefined;
  readonly orchestrator?: OrchestratorBlock | undefined;
  readonly agent_pool?: PoolBlock | undefined;
  readonly recovery?: RecoveryBlock | undefined;
  readonly monitoring?: MonitoringBlock | undefined;
  readonly alerts?: AlertsBlock | undefined;
  readonly templates?: Readonly<Record<string, TemplateBlock>> | undefined;
  readonly phases?: readonly PhaseBlock[] | undefined;
}

export const LOG_LEVELS = ["DEBUG", "INFO", "WARN", "WARNING", "ERROR", "CRITICAL"] as const;

const orchestrator: z.ZodType<OrchestratorBlock> = z.strictObject({
  name: name().meta({ description: "Name of the suite", default: "the file's name" }).optional(),
  version: z.string().meta({ description: "Version of the suite, for people" }).optional(),
  log_level: z.enum(LOG_LEVELS).meta({ description: "Least severe entry that is logged", default: "INFO" }).optional(),
  api_port: whole(0, 65_535)
    .meta({ description: "Port of the programming interface, where one is served", default: 8080 })
    .optional(),
  metrics_port: whole(0, 65_535)
    .meta({ description: "Port of the metrics, where they are served", default: 9090 })
    .optional(),
  timeout: seconds()
    .meta({ description: "Time for the whole suite", unit: "seconds", default: 7_200, origin: "addition" })
    .optional(),
  timeout_seconds: seconds()
    .meta({ description: "The same as `timeout`", unit: "seconds", default: 7_200, origin: "addition" })
    .optional(),
  input: z
    .unknown()
    .meta({ description: "Input of every task that has none of its own", origin: "addition" })
    .optional(),
  task_definitions: z
    .record(identifier(), z.array(task))
    .meta({
      description:
        "The tasks by class: `unit_tests`, `integration_tests`, `performance_tests`, or one that `resource_allocation` or `phases` names",
    })
    .optional(),
});

const phase: z.ZodType<PhaseBlock> = z.strictObject({
  name: identifier().meta({ description: "Name of the phase, for example `PHASE_1_UNIT`", origin: "addition" }),
  mode: z
    .enum(["parallel", "sequential", "sequential_with_parallel_subtasks"])
    .meta({
      description: "How the tasks of the phase run",
      default: "that of the predefined phase, else parallel",
      origin: "addition",
    })
    .optional(),
  classes: z
    .array(z.string())
    .min(1)
    .meta({
      description: "Classes whose tasks belong to the phase",
      default: "that of the predefined phase",
      origin: "addition",
    })
    .optional(),
  tasks: z
    .array(z.string())
    .min(1)
    .meta({ description: "Ids of tasks that belong to the phase, in order", origin: "addition" })
    .optional(),
  timeout: seconds()
    .meta({
      description: "Time for the phase",
      unit: "seconds",
      default: "600 for PHASE_1_UNIT, else none",
      origin: "addition",
    })
    .optional(),
  timeout_seconds: seconds()
    .meta({ description: "The same as `timeout`", unit: "seconds", origin: "addition" })
    .optional(),
  gate_min_completed: ratio()
    .meta({
      description: "Share of its tasks that must have completed for the next phase to open",
      unit: "ratio",
      default: 1,
      origin: "addition",
    })
    .optional(),
});

const paths = z.union([z.string(), z.array(z.string()).max(64)]);

/** The root of a configuration. `$schema`, `include` and keys that start with `x-` are gone before it is applied. */
export const configFile: z.ZodType<ConfigFile> = z.strictObject({
  resource_allocation: z
    .record(identifier(), resourceClass)
    .meta({ description: "What tasks of a class reserve, by class" })
    .optional(),
  agent_limits: agentLimits.meta({ description: "Totals that admission never exceeds" }).optional(),
  failure_handling: failureHandling.meta({ description: "How failures are answered" }).optional(),
  orchestrator: orchestrator.meta({ description: "The suite and its tasks" }).optional(),
  agent_pool: agentPool.meta({ description: "The agents that do the work" }).optional(),
  recovery: recovery.meta({ description: "How failures are answered, and where people are told" }).optional(),
  monitoring: monitoring.meta({ description: "Metrics, health checks and logs" }).optional(),
  alerts: alerts.meta({ description: "Rules that watch a run and act", origin: "addition" }).optional(),
  templates: z
    .record(identifier(), template)
    .meta({ description: "How tasks run, by template", origin: "addition" })
    .optional(),
  phases: z
    .array(phase)
    .min(1)
    .max(1_000)
    .meta({
      description: "The phases, one after another; absent: `unit_tests`, `integration_tests`, `performance_tests`",
      origin: "addition",
    })
    .optional(),
});

/** Keys of a file beside the configuration itself, for the published schema. */
export const fileKeys: z.ZodType<{ $schema?: string | undefined; include?: string | string[] | undefined }> =
  z.strictObject({
    $schema: z.string().meta({ description: "Address of this schema, for editors", origin: "addition" }).optional(),
    include: paths
      .meta({ description: "Further files that belong to the configuration, relative to this one", origin: "addition" })
      .optional(),
  });
