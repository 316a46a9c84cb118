import { z } from "zod";
import type { RecoveryAction, RecoveryRow } from "../../team/policy.ts";
import { identifier } from "./scalars.ts";

/** A row of `recovery.matrix`. */
export interface MatrixRowBlock {
  readonly agent?: RecoveryAction | "none" | undefined;
  readonly orchestrator?: RecoveryAction | "none" | undefined;
  readonly human?: RecoveryRow["human"];
  readonly severity?: RecoveryRow["severity"];
  readonly advice?: readonly string[] | undefined;
}

/** `recovery.increase`. */
export interface IncreaseBlock {
  readonly memory?: number | undefined;
  readonly cpu_cores?: number | undefined;
  readonly cpu_cores_max?: number | undefined;
  readonly timeout?: number | undefined;
}

/** Error types a matrix may have rows for. */
const MOST_ROWS = 150;

const action = z.enum([
  "none",
  "reinstall_deps",
  "fix_permissions",
  "reduce_dataset",
  "extend_timeout",
  "retry_with_backoff",
  "retry",
  "environment_reset",
  "reallocate_agent",
  "increase_allocation",
  "alternative_agent",
]);

const row: z.ZodType<MatrixRowBlock> = z.strictObject({
  agent: action
    .meta({ description: "Level 1: what the agent tries, once", preset: "as in the built-in row", origin: "addition" })
    .optional(),
  orchestrator: action
    .meta({
      description: "Level 2: what the orchestrator tries, as often as `max_retries` allows",
      preset: "as in the built-in row",
      origin: "addition",
    })
    .optional(),
  human: z
    .enum(["never", "always", "if_persistent", "if_exceeds_twice", "if_widespread"])
    .meta({ description: "Level 3: when a human is asked", preset: "as in the built-in row", origin: "addition" })
    .optional(),
  severity: z
    .enum(["warning", "critical"])
    .meta({ description: "How grave an escalation is", preset: "as in the built-in row", origin: "addition" })
    .optional(),
  advice: z
    .array(z.string().min(1).max(1_024))
    .max(20)
    .meta({ description: "What a human is recommended to do", preset: "as in the built-in row", origin: "addition" })
    .optional(),
});

export const matrix: z.ZodType<Readonly<Record<string, MatrixRowBlock>>> = z
  .record(identifier(), row)
  .refine((rows) => Object.keys(rows).length <= MOST_ROWS, {
    error: `must have at most ${MOST_ROWS} rows`,
    params: { code: "CONFIG_RANGE" },
  });

const factor = (what: string, preset: number): z.ZodType<number | undefined> =>
  z.number().min(1).max(1_000).meta({ description: what, unit: "factor", preset, origin: "addition" }).optional();

export const increase: z.ZodType<IncreaseBlock> = z.strictObject({
  memory: factor("Memory of the next try, as a multiple", 2),
  cpu_cores: factor("Cores of the next try, as a multiple", 2),
  cpu_cores_max: z
    .number()
    .min(0.001)
    .max(1_048_576)
    .meta({ description: "Cores beyond which none are added", unit: "cores", preset: 4, origin: "addition" })
    .optional(),
  timeout: factor("Time of the next try, as a multiple", 1.5),
});
