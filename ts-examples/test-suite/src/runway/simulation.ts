import { formatMoney, type Micros } from "../core/money.ts";
import type { Runway } from "./burn.ts";

/** How uncertain a forecast is, and how often to play it through. */
export interface SimulationOptions {
  /** Number of possible futures, 1 to 1,000,000. */
  readonly runs: number;
  /** Standard deviation of the monthly change of revenue and costs, as a part of them: 0.1 is 10 %. */
  readonly deviation: number;
  /** The same seed gives the same futures. */
  readonly seed: number;
}

/** Chances at the end of one month. Whole units of currency: a statistic, not a book entry. */
export interface Outlook {
  /** Cash that one run in ten, half and nine in ten stay below. */
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
  /** Part of the runs that have been below zero by then, 0 to 1. */
  readonly ranOut: number;
}

/** Possible futures of a forecast. All paths are kept, month by month, so that any question can still be asked. */
export class Simulation {
  /** Closing cash per month and run, in units of currency. */
  readonly #months: readonly number[][];
  /** Month in which each run first fell below zero; the number of months when it never did. */
  readonly #ended: readonly number[];

  constructor(forecast: Runway, options: SimulationOptions) {
    const { runs, deviation, seed } = options;
    if (!Number.isInteger(runs) || runs < 1 || runs > 1_000_000)
      throw new RangeError("runs must be from 1 to 1,000,000");
    if (!(deviation >= 0 && deviation < 1)) throw new RangeError("deviation must be from 0 to below 1");
    const draw = normal(seed);
    const ended = new Array<number>(runs).fill(forecast.months.length);
    const months: number[][] = [];
    // The fraction first makes it a list of doubles, whatever is put in afterwards.
    let before = new Array<number>(runs).fill(0.5).fill(units(forecast.months[0]?.opening ?? 0n));
    for (const [at, month] of forecast.months.entries()) {
      const income = units(month.revenue);
      const spent = units(month.payroll + month.costs);
      const once = units(month.oneOffs);
      // A month begins as a copy of the one before it: one allocation of the final size and kind.
      const column = before.slice();
      for (let run = 0; run < runs; run += 1) {
        const cash =
          (column[run] as number) + income * (1 + deviation * draw()) - spent * (1 + deviation * draw()) + once;
        column[run] = cash;
        if (cash < 0 && (ended[run] as number) > at) ended[run] = at;
      }
      months.push(column);
      before = column;
    }
    this.#months = months;
    this.#ended = ended;
  }

  /** Months that were played through. */
  get months(): number {
    return this.#months.length;
  }

  /** Chances at the end of month `at` (from 0). */
  outlook(at: number): Outlook {
    const column = this.#months[at];
    if (column === undefined) throw new RangeError(`the simulation has ${this.months} months`);
    const sorted = Float64Array.from(column).sort();
    const quantile = (part: number): number => Math.round(sorted[Math.floor(part * (sorted.length - 1))] as number);
    let ranOut = 0;
    for (const month of this.#ended) if (month <= at) ranOut += 1;
    return { p10: quantile(0.1), p50: quantile(0.5), p90: quantile(0.9), ranOut: ranOut / sorted.length };
  }

  /** One run's closing cash, month by month. */
  path(run: number): number[] {
    return this.#months.map((column) => column[run] as number);
  }
}

function units(amount: Micros): number {
  return Number(formatMoney(amount, { decimals: 6 }));
}

/** Draws that look normally distributed (sum of four uniform draws, scaled to deviation 1), from a 32-bit generator. */
function normal(seed: number): () => number {
  let state = seed >>> 0 || 1;
  const uniform = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4_294_967_296;
  };
  return () => (uniform() + uniform() + uniform() + uniform() - 2) * Math.sqrt(3);
}
