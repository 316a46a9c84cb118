import { EquityError } from "../core/errors.ts";
import type { Micros } from "../core/money.ts";
import { divide, PPM } from "../core/ratio.ts";

/** Money taken now for shares of the next priced round. */
export interface Safe {
  readonly investor: string;
  readonly amount: Micros;
  /** Highest valuation the money converts at; absent for a SAFE with a discount only. */
  readonly cap?: Micros;
  /** Whether the cap is of the company before or after all SAFEs have converted. Default `post`. */
  readonly basis?: "pre" | "post";
  /** Discount on the round's price in parts per million, for example `200_000n` for 20 %. Default 0. */
  readonly discountPpm?: bigint;
}

/** Shares one SAFE becomes, and which of its terms decided. */
export interface Conversion {
  readonly investor: string;
  readonly shares: bigint;
  readonly by: "cap" | "discount";
}

/** @throws EquityError `ROUND_INVALID` for terms that cannot convert. */
export function checkSafe(safe: Safe): void {
  const discount = safe.discountPpm ?? 0n;
  const problems: string[] = [];
  if (safe.amount <= 0n) problems.push("amount must be above 0");
  if (safe.cap !== undefined && safe.cap <= 0n) problems.push("cap must be above 0");
  if (discount < 0n || discount >= PPM) problems.push("discount must be from 0 to below 100 %");
  if (safe.cap !== undefined && (safe.basis ?? "post") === "post" && safe.amount >= safe.cap) {
    problems.push("amount must be below a post-money cap");
  }
  if (problems.length > 0)
    throw new EquityError("ROUND_INVALID", `SAFE of ${safe.investor}: ${problems.join("; ")}`, { problems });
}

/** Shares by discount: the amount at the round's price less the discount. */
export function discountShares(safe: Safe, roundPrice: Micros): bigint {
  const price = roundPrice * (PPM - (safe.discountPpm ?? 0n));
  return price <= 0n ? 0n : divide(safe.amount * PPM, price, "floor");
}

/**
 * Shares by cap. A pre-money cap buys `amount / cap` of the shares before any SAFE (`base`); a post-money cap buys that part of
 * the capitalization after all SAFEs have converted.
 */
export function capShares(safe: Safe, base: bigint, capitalization: bigint): bigint {
  if (safe.cap === undefined) return 0n;
  const of = (safe.basis ?? "post") === "post" ? capitalization : base;
  return divide(safe.amount * of, safe.cap, "floor");
}

/**
 * Converts all SAFEs at a round's price: each takes the better of cap and discount. The capitalization that post-money caps
 * refer to contains the conversions themselves, so it is found by iteration from below, which only ever grows.
 * @param base fully diluted shares before the SAFEs and before any enlargement of the pool.
 * @throws EquityError `ROUND_NOT_CONVERGED` when the SAFEs ask for all of the company or more.
 */
export function convertSafes(safes: readonly Safe[], base: bigint, roundPrice: Micros): Conversion[] {
  for (const safe of safes) checkSafe(safe);
  let capitalization = base;
  for (let turn = 0; turn < 500; turn += 1) {
    const conversions = safes.map((safe): Conversion => {
      const byCap = capShares(safe, base, capitalization);
      const byDiscount = discountShares(safe, roundPrice);
      return byCap >= byDiscount
        ? { investor: safe.investor, shares: byCap, by: "cap" }
        : { investor: safe.investor, shares: byDiscount, by: "discount" };
    });
    const next = conversions.reduce((total, conversion) => total + conversion.shares, base);
    if (next === capitalization) return conversions;
    capitalization = next;
  }
  throw new EquityError("ROUND_NOT_CONVERGED", "the SAFEs together ask for the whole company", { safes: safes.length });
}
