import { EquityError } from "./errors.ts";

/** How an inexact division is brought to an integer. */
export type Rounding = "floor" | "ceil" | "half_even";

/** Parts per million in one whole. Ratios (ownership, discounts, growth) are integers of this unit. */
export const PPM = 1_000_000n;

/**
 * Divides two integers exactly and rounds once.
 * @throws EquityError `RATIO_RANGE` when `denominator` is zero.
 */
export function divide(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  if (denominator === 0n) throw new EquityError("RATIO_RANGE", "division by zero");
  if (denominator < 0n) return divide(-numerator, -denominator, rounding);
  const quotient = numerator / denominator;
  const remainder = numerator % denominator;
  if (remainder === 0n) return quotient;
  const floor = remainder < 0n ? quotient - 1n : quotient;
  if (rounding === "floor") return floor;
  if (rounding === "ceil") return floor + 1n;
  const above = 2n * (numerator - floor * denominator) - denominator;
  if (above === 0n) return floor % 2n === 0n ? floor : floor + 1n;
  return above > 0n ? floor + 1n : floor;
}

/** The smaller of two integers (`Math.min` takes no big integers). */
export function smaller(a: bigint, b: bigint): bigint {
  if (b < a) return b;
  return a;
}

/** The larger of two integers. */
export function larger(a: bigint, b: bigint): bigint {
  if (b > a) return b;
  return a;
}

/** `value` × `ppm` / 1,000,000, rounded once. */
export function scale(value: bigint, ppm: bigint, rounding: Rounding = "half_even"): bigint {
  return divide(value * ppm, PPM, rounding);
}

/** Parts per million that `part` is of `whole`; 0 when the whole is 0. */
export function share(part: bigint, whole: bigint, rounding: Rounding = "half_even"): bigint {
  return whole === 0n ? 0n : divide(part * PPM, whole, rounding);
}

/**
 * Splits `total` by `weights` so that the parts add up to exactly `total` (largest remainder; ties go to the earlier weight).
 * @throws EquityError `RATIO_RANGE` for a negative weight or when all weights are zero.
 */
export function allocate(total: bigint, weights: readonly bigint[]): bigint[] {
  let sum = 0n;
  for (const weight of weights) {
    if (weight < 0n) throw new EquityError("RATIO_RANGE", "a weight is negative", { weight: weight.toString() });
    sum += weight;
  }
  if (sum === 0n) throw new EquityError("RATIO_RANGE", "no weight is above zero");
  const parts = weights.map((weight) => divide(total * weight, sum, "floor"));
  let rest = total - parts.reduce((a, b) => a + b, 0n);
  const byRemainder = weights
    .map((weight, index) => ({ index, remainder: total * weight - (parts[index] as bigint) * sum }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  for (const { index } of byRemainder) {
    if (rest === 0n) break;
    parts[index] = (parts[index] as bigint) + 1n;
    rest -= 1n;
  }
  return parts;
}
