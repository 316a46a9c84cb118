import { addMonths, monthsBetween, type PlainDate, partsOf } from "../core/calendar.ts";
import type { Grant } from "../employees/grant.ts";
import { earnedMonths } from "./schedule.ts";

/** Shares that vest on one day. */
export interface VestingEvent {
  readonly date: PlainDate;
  readonly shares: bigint;
  /** All shares vested up to and including this day. */
  readonly cumulative: bigint;
}

/** Shares earned after a number of earned months. Rounded down, so a share vests only when it is earned whole; the last month gives the rest. */
function sharesAfter(grant: Grant, months: number): bigint {
  return (grant.shares * BigInt(months)) / BigInt(grant.schedule.months);
}

/**
 * Shares vested on a day, without acceleration.
 * @param lastDay last day of employment: vesting stops there, that day included.
 */
export function vestedShares(grant: Grant, on: PlainDate, lastDay?: PlainDate): bigint {
  const until = lastDay !== undefined && lastDay < on ? lastDay : on;
  return sharesAfter(grant, earnedMonths(grant.schedule, monthsBetween(grant.vestingStart, until)));
}

/** Shares not yet vested on a day; after the last day of employment these are forfeited. */
export function unvestedShares(grant: Grant, on: PlainDate, lastDay?: PlainDate): bigint {
  return grant.shares - vestedShares(grant, on, lastDay);
}

/** Every day on which shares of the grant vest, in order; months that round to no share are left out. */
export function vestingEvents(grant: Grant): VestingEvent[] {
  const { schedule, vestingStart } = grant;
  const anchor = partsOf(vestingStart).day;
  const events: VestingEvent[] = [];
  let cumulative = 0n;
  for (
    let month = Math.min(schedule.everyMonths, schedule.months);
    month <= schedule.months;
    month += schedule.everyMonths
  ) {
    const earned = sharesAfter(grant, earnedMonths(schedule, month));
    if (earned === cumulative) continue;
    events.push({ date: addMonths(vestingStart, month, anchor), shares: earned - cumulative, cumulative: earned });
    cumulative = earned;
  }
  return events;
}

/** The day the cliff ends and the first shares vest. */
export function cliffDate(grant: Grant): PlainDate {
  return addMonths(grant.vestingStart, grant.schedule.cliffMonths);
}

/** The day everything is vested. */
export function fullyVestedDate(grant: Grant): PlainDate {
  return addMonths(grant.vestingStart, grant.schedule.months);
}
