import { z } from "zod";
import { ratio, seconds, whole } from "./scalars.ts";

/** Policies around attempts, as a file has them. */
export interface PoliciesBlock {
  readonly timeout?: number | undefined;
  readonly rate_limit?:
    | {
        readonly permits: number;
        readonly per?: number | undefined;
        readonly burst?: number | undefined;
        readonly queue?: number | undefined;
      }
    | undefined;
  readonly circuit_breaker?:
    | {
        readonly failures?: number | undefined;
        readonly window?: number | undefined;
        readonly reset?: number | undefined;
        readonly probes?: number | undefined;
        readonly successes?: number | undefined;
        readonly minimum_calls?: number | undefined;
        readonly failure_share?: number | undefined;
      }
    | undefined;
  readonly bulkhead?: { readonly limit?: number | undefined; readonly queue?: number | undefined } | undefined;
  readonly fallback?: unknown;
}

/** Most calls anything counts or lets wait. */
const CALLS = 1_000_000;

function calls(description: string, preset: number | string, least: 0 | 1): z.ZodType<number | undefined> {
  return whole(least, CALLS).meta({ description, preset, origin: "addition" }).optional();
}

function time(description: string, preset: number): z.ZodType<number | undefined> {
  return seconds().meta({ description, unit: "seconds", preset, origin: "addition" }).optional();
}

const line = "Attempts that wait for their turn; one more is refused";

const rateLimit: z.ZodType<PoliciesBlock["rate_limit"]> = z
  .strictObject({
    permits: whole(1, CALLS).meta({ description: "Attempts that may begin in each span of time", origin: "addition" }),
    per: time("The span of time", 1),
    burst: calls("Attempts that may begin at once after a pause", "`permits`", 1),
    queue: calls(line, 0, 0),
  })
  .meta({ description: "How many attempts begin per time", origin: "addition" })
  .optional();

const circuitBreaker: z.ZodType<PoliciesBlock["circuit_breaker"]> = z
  .strictObject({
    failures: calls("Failures within the window that open it", 5, 1),
    window: time("How far back failures count", 10),
    reset: time("How long it refuses before it lets an attempt through to see", 30),
    probes: calls("Attempts let through at once to see", 1, 1),
    successes: calls("How many of them must succeed to close it", 1, 1),
    minimum_calls: calls("It stays closed under so many attempts in the window", 0, 0),
    failure_share: ratio()
      .meta({
        description: "It opens above this share of failed attempts",
        unit: "ratio",
        preset: 0,
        origin: "addition",
      })
      .optional(),
  })
  .meta({ description: "Rests when too many attempts fail", origin: "addition" })
  .optional();

const bulkhead: z.ZodType<PoliciesBlock["bulkhead"]> = z
  .strictObject({
    limit: calls("Attempts that run at once", 10, 1),
    queue: calls(line, 0, 0),
  })
  .meta({ description: "How many attempts run at once", origin: "addition" })
  .optional();

/** `agent_pool.policies`, and those of one type of agents. */
export const policies: z.ZodType<PoliciesBlock> = z.strictObject({
  timeout: seconds()
    .meta({ description: "Longest time of an attempt", unit: "seconds", preset: "none", origin: "addition" })
    .optional(),
  rate_limit: rateLimit,
  circuit_breaker: circuitBreaker,
  bulkhead,
  fallback: z
    .unknown()
    .meta({
      description: "The output of a task whose attempt failed or was refused",
      preset: "none",
      origin: "addition",
    })
    .optional(),
});
