import { EquityError } from "../core/errors.ts";

/** When the shares of a grant become the holder's own. */
export interface VestingSchedule {
  /** Months from the vesting start until everything is vested, 1 to 240. */
  readonly months: number;
  /** Months before which nothing vests; at the cliff everything earned so far does. A multiple of `everyMonths`; 0 for none. */
  readonly cliffMonths: number;
  /** Months between two vesting dates, for example 1 or 3; divides `months`. */
  readonly everyMonths: number;
}

/** Four years, monthly, one-year cliff. */
export const STANDARD_SCHEDULE: VestingSchedule = { months: 48, cliffMonths: 12, everyMonths: 1 };

/** Everything wrong with a schedule, one sentence each; empty when it is sound. */
export function scheduleProblems(schedule: VestingSchedule): string[] {
  const { months, cliffMonths, everyMonths } = schedule;
  const problems: string[] = [];
  if (!Number.isInteger(months) || months < 1 || months > 240) problems.push("months must be an integer from 1 to 240");
  if (!Number.isInteger(cliffMonths) || cliffMonths < 0) problems.push("cliffMonths must be an integer of at least 0");
  else if (cliffMonths > months) problems.push("cliffMonths must not exceed months");
  if (!Number.isInteger(everyMonths) || everyMonths < 1) problems.push("everyMonths must be an integer of at least 1");
  else {
    if (months % everyMonths !== 0) problems.push("everyMonths must divide months");
    if (cliffMonths % everyMonths !== 0) problems.push("everyMonths must divide cliffMonths");
  }
  return problems;
}

/**
 * The schedule, when it is sound.
 * @throws EquityError `SCHEDULE_INVALID` naming every problem.
 */
export function checkSchedule(schedule: VestingSchedule): VestingSchedule {
  const problems = scheduleProblems(schedule);
  if (problems.length > 0) throw new EquityError("SCHEDULE_INVALID", problems.join("; "), { problems });
  return schedule;
}

/**
 * Months of a schedule that have been earned after `elapsed` whole months: 0 before the cliff, then every completed
 * period, and never more than the schedule has.
 */
export function earnedMonths(schedule: VestingSchedule, elapsed: number): number {
  if (elapsed < schedule.cliffMonths) return 0;
  const complete = Math.floor(elapsed / schedule.everyMonths) * schedule.everyMonths;
  return Math.min(complete, schedule.months);
}
