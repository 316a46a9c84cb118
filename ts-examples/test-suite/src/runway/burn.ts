import { addMonths, type PlainDate, startOfMonth } from "../core/calendar.ts";
import type { Micros } from "../core/money.ts";
import { larger, scale } from "../core/ratio.ts";
import type { Directory } from "../employees/directory.ts";

/** A cost that is the same every month. */
export interface RecurringCost {
  readonly name: string;
  readonly monthly: Micros;
  /** Month it begins; default from the start. */
  readonly from?: PlainDate;
  /** Last month it is paid; default for ever. */
  readonly until?: PlainDate;
}

/** Money that comes in or goes out once. */
export interface OneOff {
  readonly name: string;
  readonly on: PlainDate;
  /** Positive comes in. */
  readonly amount: Micros;
}

/** What the forecast is made from. */
export interface BurnModel {
  readonly cash: Micros;
  readonly start: PlainDate;
  readonly employees: Directory;
  /** Employer's costs on salaries in parts per million. */
  readonly overheadPpm: bigint;
  readonly costs: readonly RecurringCost[];
  readonly oneOffs: readonly OneOff[];
  /** Revenue of the first month. */
  readonly revenue: Micros;
  /** Growth of revenue from month to month in parts per million; negative shrinks. */
  readonly growthPpm: bigint;
}

/** One month of the forecast. */
export interface BurnMonth {
  /** First day of the month. */
  readonly month: PlainDate;
  readonly opening: Micros;
  readonly revenue: Micros;
  readonly payroll: Micros;
  readonly costs: Micros;
  readonly oneOffs: Micros;
  readonly closing: Micros;
}

export interface Runway {
  readonly months: readonly BurnMonth[];
  /** First month that ends below zero, or null when cash lasts over the whole forecast. */
  readonly runsOut: PlainDate | null;
  /** Full months before that one; the length of the forecast when cash lasts. */
  readonly fullMonths: number;
  /** Largest monthly loss; 0 when no month loses. */
  readonly peakBurn: Micros;
}

function costsIn(model: BurnModel, month: PlainDate): Micros {
  return model.costs.reduce((total, cost) => {
    const begun = cost.from === undefined || startOfMonth(cost.from) <= month;
    const over = cost.until !== undefined && startOfMonth(cost.until) < month;
    return begun && !over ? total + cost.monthly : total;
  }, 0n);
}

function oneOffsIn(model: BurnModel, month: PlainDate): Micros {
  return model.oneOffs.reduce((total, item) => (startOfMonth(item.on) === month ? total + item.amount : total), 0n);
}

/**
 * Forecasts cash month by month. Payroll counts whoever is employed on the first of the month; growth compounds on the rounded
 * revenue of the month before, as books do.
 * @param months length of the forecast, 1 to 600.
 */
export function projectRunway(model: BurnModel, months: number): Runway {
  if (!Number.isInteger(months) || months < 1 || months > 600)
    throw new RangeError("months must be an integer from 1 to 600");
  const rows: BurnMonth[] = [];
  const first = startOfMonth(model.start);
  let opening = model.cash;
  let revenue = model.revenue;
  for (let index = 0; index < months; index += 1) {
    const month = addMonths(first, index);
    if (index > 0) revenue += scale(revenue, model.growthPpm);
    const payroll = model.employees.payroll(month, model.overheadPpm);
    const costs = costsIn(model, month);
    const oneOffs = oneOffsIn(model, month);
    const closing = opening + revenue - payroll - costs + oneOffs;
    rows.push({ month, opening, revenue, payroll, costs, oneOffs, closing });
    opening = closing;
  }
  const dry = rows.findIndex((row) => row.closing < 0n);
  const burns = rows.map((row) => row.opening - row.closing);
  return {
    months: rows,
    runsOut: dry < 0 ? null : (rows[dry] as BurnMonth).month,
    fullMonths: dry < 0 ? months : dry,
    peakBurn: burns.reduce(larger, 0n),
  };
}
