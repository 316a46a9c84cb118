import { addDays, type PlainDate } from "../core/calendar.ts";
import type { Micros } from "../core/money.ts";
import type { Employee } from "../employees/employee.ts";
import type { Grant } from "../employees/grant.ts";
import { vestedShares } from "./vested.ts";

/** Days after the last day of employment within which options may still be exercised. */
export const EXERCISE_WINDOW_DAYS = 90;

/** Options that may be exercised on a day: vested, and not lapsed after the end of employment. Other kinds give 0. */
export function exercisableShares(grant: Grant, on: PlainDate, lastDay?: PlainDate): bigint {
  if (grant.kind !== "option" || on < grant.granted) return 0n;
  if (lastDay !== undefined && on > addDays(lastDay, EXERCISE_WINDOW_DAYS)) return 0n;
  return vestedShares(grant, on, lastDay);
}

/** What exercising `shares` costs. */
export function exerciseCost(grant: Grant, shares: bigint): Micros {
  return shares * grant.strike;
}

/** Value of the vested shares at a share price, less the strike of options; an option under water is worth nothing. */
export function intrinsicValue(grant: Grant, on: PlainDate, sharePrice: Micros, lastDay?: PlainDate): Micros {
  const shares = grant.kind === "option" ? exercisableShares(grant, on, lastDay) : vestedShares(grant, on, lastDay);
  const gain = sharePrice - grant.strike;
  return gain > 0n ? shares * gain : 0n;
}

/** {@link intrinsicValue} over all grants of a person. */
export function holdingsValue(employee: Employee, on: PlainDate, sharePrice: Micros): Micros {
  return employee.grants.reduce((total, grant) => total + intrinsicValue(grant, on, sharePrice, employee.left), 0n);
}
