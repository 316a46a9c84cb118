import { z } from "zod";
import type { PhaseMode } from "../../tasks/plan.ts";
import { identifier, ratio, seconds } from "./scalars.ts";

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

export const phase: z.ZodType<PhaseBlock> = z.strictObject({
  name: identifier().meta({ description: "Name of the phase, for example `PHASE_1_UNIT`", origin: "addition" }),
  mode: z
    .enum(["parallel", "sequential", "sequential_with_parallel_subtasks"])
    .meta({
      description: "How the tasks of the phase run",
      preset: "that of the predefined phase, else parallel",
      origin: "addition",
    })
    .optional(),
  classes: z
    .array(z.string())
    .min(1)
    .meta({
      description: "Classes whose tasks belong to the phase",
      preset: "that of the predefined phase",
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
      preset: "600 where parallel, else that of the suite",
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
      preset: 1,
      origin: "addition",
    })
    .optional(),
});
