import { addMonths, type PlainDate } from "../core/calendar.ts";
import { scale, smaller } from "../core/ratio.ts";
import type { Grant } from "../employees/grant.ts";
import { unvestedShares, vestedShares } from "./vested.ts";

/** What happened to the company and to the holder. */
export interface Circumstances {
  /** Day the company was sold or merged. */
  readonly changeOfControl?: PlainDate;
  /** Last day of employment. */
  readonly lastDay?: PlainDate;
}

/** The day acceleration takes effect, or undefined when its conditions are not met. */
export function accelerationDate(grant: Grant, { changeOfControl, lastDay }: Circumstances): PlainDate | undefined {
  const { acceleration } = grant;
  if (acceleration === undefined || changeOfControl === undefined) return undefined;
  if (acceleration.trigger === "single") {
    return lastDay === undefined || changeOfControl <= lastDay ? changeOfControl : undefined;
  }
  if (lastDay === undefined || lastDay < changeOfControl) return undefined;
  return lastDay <= addMonths(changeOfControl, acceleration.windowMonths ?? 12) ? lastDay : undefined;
}

/**
 * Shares vested on a day, acceleration included. The accelerated part of what was unvested on the day of effect vests at once;
 * the rest goes on by the schedule, and together they never pass the grant.
 */
export function vestedWithAcceleration(grant: Grant, on: PlainDate, circumstances: Circumstances): bigint {
  const regular = vestedShares(grant, on, circumstances.lastDay);
  const effect = accelerationDate(grant, circumstances);
  if (effect === undefined || on < effect || grant.acceleration === undefined) return regular;
  const early = scale(unvestedShares(grant, effect, circumstances.lastDay), grant.acceleration.ppm, "floor");
  return smaller(regular + early, grant.shares);
}
