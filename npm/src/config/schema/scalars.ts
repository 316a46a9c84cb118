import { z } from "zod";
// Beside `description`, schemas carry notes for the reference and for `doctor`: `preset`, the value in force when a key is
// absent, as one would write it (`default` would be dropped from schemas that convert); `unit`; `origin: "addition"` for
// keys the original orchestrator file does not have.

import { parseBytes, parseDuration } from "../units.ts";

/** A problem a transformation finds, with the code it is reported under. */
interface Fault {
  readonly code: "CONFIG_RANGE" | "CONFIG_TYPE" | "CONFIG_VALUE";
  readonly message: string;
}

type Check<Out> = (value: number | string) => Out | Fault;

const isFault = (value: unknown): value is Fault => typeof value === "object" && value !== null && "code" in value;

function amount(what: string, pattern: string, check: Check<number>): z.ZodType<number> {
  return z
    .union([z.number(), z.string().meta({ pattern })], { error: () => `expected ${what}` })
    .transform((value, context) => {
      const result = check(value);
      if (!isFault(result)) return result;
      context.addIssue({ code: "custom", message: result.message, params: { code: result.code } });
      return z.NEVER;
    });
}

const range = (message: string): Fault => ({ code: "CONFIG_RANGE", message });
const type = (message: string): Fault => ({ code: "CONFIG_TYPE", message });

/** Longest span any setting may have. */
const MAX_MS = 366 * 86_400_000;

/** Seconds, or a text with a unit; becomes milliseconds. `zero` allows none at all. */
export function seconds(zero: "zero" | "positive" = "positive"): z.ZodType<number> {
  const what = 'a number of seconds or a time such as "30s" or "5m"';
  return amount(what, "^\\s*(\\d+(\\.\\d+)?\\s*(ms|s|sec|m|min|h|d)\\s*)+$", (value) => {
    const ms = typeof value === "number" ? Math.round(value * 1_000) : parseDuration(value);
    if (ms === undefined) return type(`expected ${what}`);
    if (ms < 0 || (ms === 0 && (zero === "positive" || value !== 0))) {
      return range(zero === "zero" ? "must not be negative, nor less than 1 ms unless 0" : "must be at least 1 ms");
    }
    return ms > MAX_MS ? range("must be at most 366 days") : ms;
  });
}

/** Days, or a text with a unit; becomes milliseconds. */
export function days(): z.ZodType<number> {
  const what = 'a number of days or a time such as "12h"';
  return amount(what, "^\\s*(\\d+(\\.\\d+)?\\s*(ms|s|sec|m|min|h|d)\\s*)+$", (value) => {
    const ms = typeof value === "number" ? Math.round(value * 86_400_000) : parseDuration(value);
    if (ms === undefined) return type(`expected ${what}`);
    return ms < 1 || ms > 100 * MAX_MS ? range("must be more than 0 and at most 36,600 days") : ms;
  });
}

/** Megabytes (2^20), or a text with a unit; becomes whole megabytes. */
export function megabytes(least: 0 | 1 = 1): z.ZodType<number> {
  const what = 'a number of megabytes or a size such as "512MB" or "4GB"';
  return amount(what, SIZE, (value) => {
    const bytes = typeof value === "number" ? value * 1_048_576 : parseBytes(value);
    if (bytes === undefined) return type(`expected ${what}`);
    const mb = bytes / 1_048_576;
    if (!Number.isInteger(mb)) return range("must be a whole number of megabytes");
    return mb < least || mb > 1_073_741_824 ? range(`must be from ${least} MB to 1 PB`) : mb;
  });
}

/** Bytes, or a text with a unit; becomes bytes. */
export function bytes(): z.ZodType<number> {
  const what = 'a number of bytes or a size such as "100MB"';
  return amount(what, SIZE, (value) => {
    const size = typeof value === "number" ? value : parseBytes(value);
    if (size === undefined) return type(`expected ${what}`);
    return Number.isSafeInteger(size) && size >= 1 ? size : range("must be a whole number of bytes, at least 1");
  });
}

const SIZE = "^\\s*\\d+(\\.\\d+)?\\s*([kKmMgGtT][iI]?[bB]?|[bB])\\s*$";

/** Processor cores in steps of a thousandth. */
export function cores(): z.ZodType<number> {
  return z
    .number()
    .min(0.001)
    .max(1_048_576)
    .refine((value) => Number.isInteger(Number((value * 1_000).toFixed(6))), {
      error: "must have at most three decimals",
      params: { code: "CONFIG_RANGE" },
    });
}

/** A whole number in a range. */
export function whole(min: number, max: number): z.ZodType<number> {
  return z.int().min(min).max(max);
}

/** 0 to 1. */
export function ratio(): z.ZodType<number> {
  return z.number().min(0).max(1);
}

/** A name of at most 256 bytes without control characters. */
export function name(): z.ZodType<string> {
  const fits = (value: string): boolean =>
    value.trim() !== "" && new TextEncoder().encode(value).length <= 256 && !/\p{Cc}/u.test(value);
  return z.string().refine(fits, {
    error: "must have 1 to 256 bytes and no control characters",
    params: { code: "CONFIG_VALUE" },
  });
}

/** A word that names something: letters, digits, `_`, `-`, `.`; it never starts like an option or leaves a directory. */
export function identifier(): z.ZodType<string> {
  return z.string().regex(/^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,126}[A-Za-z0-9_-])?$/, {
    error:
      'must be made of letters, digits, "_", "-" and ".", start with a letter, digit or "_", not end in ".", and have at most 128 characters',
  });
}
