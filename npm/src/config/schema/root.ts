import { z } from "zod";
import { type OrchestratorBlock, orchestrator } from "./orchestrator.ts";
import { type PhaseBlock, phase } from "./phases.ts";
import { agentLimits, type ClassBlock, type LimitsBlock, resourceClass } from "./resources.ts";
import { identifier } from "./scalars.ts";
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
import { type TemplateBlock, template } from "./templates.ts";

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
    .max(200)
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
