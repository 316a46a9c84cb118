import { z } from "zod";
import { cores, megabytes, seconds, whole } from "./scalars.ts";

/** `resource_allocation.<class>`. */
export interface ClassBlock {
  readonly memory_mb?: number | undefined;
  readonly cpu_cores?: number | undefined;
  readonly disk_mb?: number | undefined;
  readonly timeout_seconds?: number | undefined;
  readonly timeout?: number | undefined;
  readonly max_parallel?: number | undefined;
}

/** `resources` of one task. */
export type ResourcesBlock = Omit<ClassBlock, "max_parallel">;

const amounts = {
  memory_mb: megabytes()
    .meta({ description: "Memory that is reserved, and the limit that ends the task", unit: "MB" })
    .optional(),
  cpu_cores: cores().meta({ description: "Processor cores that are reserved", unit: "cores" }).optional(),
  disk_mb: megabytes(0)
    .meta({ description: "Disk space the task may use under its own directory", unit: "MB" })
    .optional(),
  timeout_seconds: seconds().meta({ description: "Time one attempt may take", unit: "seconds" }).optional(),
  timeout: seconds().meta({ description: "The same as `timeout_seconds`", unit: "seconds" }).optional(),
};

export const resources: z.ZodType<ResourcesBlock> = z.strictObject(amounts);

export const resourceClass: z.ZodType<ClassBlock> = z.strictObject({
  ...amounts,
  max_parallel: whole(1, 1_000_000)
    .meta({ description: "How many tasks of the class run at once", preset: "unbounded" })
    .optional(),
});

/** `agent_limits`. */
export interface LimitsBlock {
  readonly max_agents?: number | undefined;
  readonly total_memory_mb?: number | undefined;
  readonly total_cpu_cores?: number | undefined;
  readonly total_disk_mb?: number | undefined;
}

export const agentLimits: z.ZodType<LimitsBlock> = z.strictObject({
  max_agents: whole(1, 10_000)
    .meta({ description: "Most agents at once; the same as `agent_pool.max_agents`", preset: 6 })
    .optional(),
  total_memory_mb: megabytes()
    .meta({
      description: "Memory all running tasks may reserve together",
      unit: "MB",
      preset: "unbounded",
    })
    .optional(),
  total_cpu_cores: cores()
    .meta({ description: "Cores all running tasks may reserve together", unit: "cores", preset: "unbounded" })
    .optional(),
  total_disk_mb: megabytes(0)
    .meta({
      description: "Disk space all running tasks may reserve together",
      unit: "MB",
      preset: "unbounded",
      origin: "addition",
    })
    .optional(),
});
