import { z } from "zod";
import { identifier, name, seconds, whole } from "./scalars.ts";
import { type TaskBlock, task } from "./tasks.ts";

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

const LOG_LEVELS = ["DEBUG", "INFO", "WARN", "WARNING", "ERROR", "CRITICAL"] as const;

export const orchestrator: z.ZodType<OrchestratorBlock> = z.strictObject({
  name: name().meta({ description: "Name of the suite", preset: "the file's name" }).optional(),
  version: z.string().meta({ description: "Version of the suite, for people" }).optional(),
  log_level: z.enum(LOG_LEVELS).meta({ description: "Least severe line of the log", preset: "INFO" }).optional(),
  api_port: whole(0, 65_535)
    .meta({ description: "Port of the programming interface; nothing is served yet", preset: 8080 })
    .optional(),
  metrics_port: whole(0, 65_535)
    .meta({ description: "Port of the metrics; nothing is served yet", preset: 9090 })
    .optional(),
  timeout: seconds()
    .meta({ description: "Time for the whole suite", unit: "seconds", preset: 7_200, origin: "addition" })
    .optional(),
  timeout_seconds: seconds()
    .meta({ description: "The same as `timeout`", unit: "seconds", preset: 7_200, origin: "addition" })
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
