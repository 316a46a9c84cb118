import { EquityError } from "./errors.ts";
import { divide } from "./ratio.ts";

/** An amount of money in millionths of the currency's unit: `2_083_330_000n` is 2,083.33. */
export type Micros = bigint;

/** Micro-units in one unit of currency. */
export const MICROS = 1_000_000n;

const SYNTAX = /^(-?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,6}))?$/;

/**
 * Reads `1234.5`, `-0.000001` or `1,234,567.89` exactly.
 * @throws EquityError `MONEY_SYNTAX` for anything else, more than six decimals included.
 */
export function parseMoney(text: string): Micros {
  const match = SYNTAX.exec(text.trim());
  if (match === null) throw new EquityError("MONEY_SYNTAX", `"${text}" is not an amount`, { text });
  const [, sign, units = "", fraction = ""] = match;
  const micros = BigInt(units.replaceAll(",", "")) * MICROS + BigInt(fraction.padEnd(6, "0"));
  return sign === "-" ? -micros : micros;
}

export interface MoneyFormat {
  /** Digits after the point, 0 to 6. Default 2. */
  readonly decimals?: number;
  /** Separates thousands with commas. Default false. */
  readonly grouped?: boolean;
}

/** Prints an amount; half a digit goes to the even neighbour. */
export function formatMoney(amount: Micros, format: MoneyFormat = {}): string {
  const decimals = format.decimals ?? 2;
  if (!Number.isInteger(decimals) || decimals < 0 || decimals > 6) {
    throw new EquityError("RATIO_RANGE", "decimals must be an integer from 0 to 6", { decimals });
  }
  const rounded = divide(amount, 10n ** BigInt(6 - decimals), "half_even");
  const sign = rounded < 0n ? "-" : "";
  const digits = (rounded < 0n ? -rounded : rounded).toString().padStart(decimals + 1, "0");
  const units = digits.slice(0, digits.length - decimals);
  const grouped = format.grouped === true ? units.replace(/\B(?=(\d{3})+$)/g, ",") : units;
  return decimals === 0 ? `${sign}${grouped}` : `${sign}${grouped}.${digits.slice(-decimals)}`;
}

/** Adds any number of amounts. */
export function sum(amounts: Iterable<Micros>): Micros {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
}
