import type { PlainDate } from "../core/calendar.ts";
import { parseDate } from "../core/calendar.ts";
import { EquityError } from "../core/errors.ts";
import type { Micros } from "../core/money.ts";
import { PPM } from "../core/ratio.ts";
import { scheduleProblems, type VestingSchedule } from "../vesting/schedule.ts";

export type GrantKind = "option" | "rsu" | "restricted_stock";

/** What makes unvested shares vest early. */
export interface Acceleration {
  /** `single`: a change of control alone. `double`: a change of control and the end of employment within `windowMonths` after it. */
  readonly trigger: "single" | "double";
  /** Part of the unvested shares, in parts per million. */
  readonly ppm: bigint;
  /** Only for `double`. Default 12. */
  readonly windowMonths?: number;
}

/** Equity promised to one person. */
export interface Grant {
  readonly id: string;
  readonly kind: GrantKind;
  /** Whole shares, at least one. */
  readonly shares: bigint;
  /** Price of one share for an option holder; 0 for other kinds. */
  readonly strike: Micros;
  readonly granted: PlainDate;
  /** Day vesting counts from; may lie before the grant. */
  readonly vestingStart: PlainDate;
  readonly schedule: VestingSchedule;
  readonly acceleration?: Acceleration;
}

/** A grant as callers write it: dates as text, vesting start defaulting to the grant date. */
export interface GrantInput extends Omit<Grant, "granted" | "vestingStart" | "strike"> {
  readonly granted: string;
  readonly vestingStart?: string;
  /** Default 0. */
  readonly strike?: Micros;
}

const KINDS: readonly GrantKind[] = ["option", "rsu", "restricted_stock"];

function problemsOf(input: GrantInput): string[] {
  const problems = scheduleProblems(input.schedule).map((problem) => `schedule: ${problem}`);
  const strike = input.strike ?? 0n;
  if (input.id.trim() === "") problems.push("id must not be empty");
  if (!KINDS.includes(input.kind)) problems.push(`kind must be one of ${KINDS.join(", ")}`);
  if (input.shares < 1n) problems.push("shares must be at least 1");
  if (strike < 0n) problems.push("strike must not be negative");
  if (input.kind === "option" && strike === 0n) problems.push("an option needs a strike above 0");
  if (input.kind === "rsu" && strike !== 0n) problems.push("an rsu has no strike");
  const { acceleration } = input;
  if (acceleration !== undefined) {
    if (acceleration.ppm < 0n || acceleration.ppm > PPM) problems.push("acceleration.ppm must be from 0 to 1,000,000");
    const window = acceleration.windowMonths ?? 12;
    if (!Number.isInteger(window) || window < 1) problems.push("acceleration.windowMonths must be at least 1");
  }
  return problems;
}

/**
 * A checked grant.
 * @throws EquityError `GRANT_INVALID` naming every problem at once; `DATE_SYNTAX` for a date that does not exist.
 */
export function createGrant(input: GrantInput): Grant {
  const problems = problemsOf(input);
  if (problems.length > 0)
    throw new EquityError("GRANT_INVALID", `grant ${input.id}: ${problems.join("; ")}`, { problems });
  const granted = parseDate(input.granted);
  return {
    id: input.id,
    kind: input.kind,
    shares: input.shares,
    strike: input.strike ?? 0n,
    granted,
    vestingStart: input.vestingStart === undefined ? granted : parseDate(input.vestingStart),
    schedule: input.schedule,
    ...(input.acceleration === undefined ? {} : { acceleration: input.acceleration }),
  };
}
