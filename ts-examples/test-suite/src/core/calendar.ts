import { EquityError } from "./errors.ts";

/** A day from 1900-01-01 to 9999-12-31 as `YYYY-MM-DD`. Sorts as text. */
export type PlainDate = string & { readonly __date: unique symbol };

const SYNTAX = /^(\d{4})-(\d{2})-(\d{2})$/;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

interface Parts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** True for years with a 29th of February. */
export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** Days in `month` (1 to 12) of `year`. */
export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (DAYS[month - 1] as number);
}

/**
 * Reads `2024-02-29`.
 * @throws EquityError `DATE_SYNTAX` for another form or a day that does not exist.
 */
export function parseDate(text: string): PlainDate {
  const match = SYNTAX.exec(text);
  const [year, month, day] = match === null ? [0, 0, 0] : (match.slice(1).map(Number) as [number, number, number]);
  if (match === null || year < 1900 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) {
    throw new EquityError("DATE_SYNTAX", `"${text}" is not a day`, { text });
  }
  return text as PlainDate;
}

/** Year, month (1 to 12) and day of a date. */
export function partsOf(date: PlainDate): Parts {
  return { year: Number(date.slice(0, 4)), month: Number(date.slice(5, 7)), day: Number(date.slice(8, 10)) };
}

function dateOf(year: number, month: number, day: number): PlainDate {
  const pad = (value: number, width: number): string => String(value).padStart(width, "0");
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}` as PlainDate;
}

/**
 * The same day `months` later (earlier when negative), or the month's last day where that day is missing:
 * 31 January + 1 month is 28 or 29 February. `anchorDay` keeps the original day over several steps.
 */
export function addMonths(date: PlainDate, months: number, anchorDay?: number): PlainDate {
  const { year, month, day } = partsOf(date);
  const index = year * 12 + (month - 1) + months;
  const newYear = Math.floor(index / 12);
  if (newYear < 1900 || newYear > 9999)
    throw new EquityError("DATE_SYNTAX", "the date leaves the years 1900 to 9999", { date, months });
  const newMonth = (index % 12) + 1;
  return dateOf(newYear, newMonth, Math.min(anchorDay ?? day, daysInMonth(newYear, newMonth)));
}

/** Days since 1970-01-01. */
export function epochDay(date: PlainDate): number {
  const { year, month, day } = partsOf(date);
  return Math.round(Date.UTC(year, month - 1, day) / 86_400_000);
}

/** The date `days` later (earlier when negative). */
export function addDays(date: PlainDate, days: number): PlainDate {
  return new Date((epochDay(date) + days) * 86_400_000).toISOString().slice(0, 10) as PlainDate;
}

/** Days from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(from: PlainDate, to: PlainDate): number {
  return epochDay(to) - epochDay(from);
}

/** Whole months from `from` to `to`, counting a month as complete on its anniversary as {@link addMonths} finds it; never negative. */
export function monthsBetween(from: PlainDate, to: PlainDate): number {
  const a = partsOf(from);
  const b = partsOf(to);
  const months = (b.year - a.year) * 12 + (b.month - a.month);
  return Math.max(0, addMonths(from, months) <= to ? months : months - 1);
}

/** First day of the date's month. */
export function startOfMonth(date: PlainDate): PlainDate {
  return `${date.slice(0, 8)}01` as PlainDate;
}
