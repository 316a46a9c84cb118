import { EquityError } from "../core/errors.ts";
import type { Micros } from "../core/money.ts";
import { divide, larger, PPM, share } from "../core/ratio.ts";
import type { CapTable } from "./cap-table.ts";
import { type Conversion, convertSafes, type Safe } from "./safe.ts";

/** A priced financing round. */
export interface PricedRound {
  /** For example `Series A`; new shares stand as preferred. */
  readonly name: string;
  readonly preMoney: Micros;
  readonly investments: readonly { readonly investor: string; readonly amount: Micros }[];
  /** Part of the company after the round that the unallocated pool shall be, in parts per million; the top-up dilutes only earlier holders. Default 0: the pool stays. */
  readonly poolTargetPpm?: bigint;
  /** Converted in this round. Default none. */
  readonly safes?: readonly Safe[];
}

/** What a round did. */
export interface RoundResult {
  readonly table: CapTable;
  /** Price of one new share. */
  readonly price: Micros;
  readonly conversions: readonly Conversion[];
  /** Shares added to the pool. */
  readonly poolIncrease: bigint;
  readonly newShares: bigint;
  /** Money too small for one more share, by investor. */
  readonly unspent: ReadonlyMap<string, Micros>;
  /** Price times fully diluted shares after the round. */
  readonly postMoney: Micros;
}

function check(table: CapTable, round: PricedRound): Micros {
  const problems: string[] = [];
  const pool = round.poolTargetPpm ?? 0n;
  if (table.fullyDiluted === 0n) problems.push("the company has no shares");
  if (round.preMoney <= 0n) problems.push("pre-money valuation must be above 0");
  if (round.investments.length === 0) problems.push("a round needs an investment");
  if (round.investments.some(({ amount }) => amount <= 0n)) problems.push("an investment must be above 0");
  if (pool < 0n || pool >= PPM) problems.push("pool target must be from 0 to below 100 %");
  const invested = round.investments.reduce((total, { amount }) => total + amount, 0n);
  if (problems.length === 0 && invested * PPM >= (PPM - pool) * (round.preMoney + invested)) {
    problems.push("new money and pool target leave nothing to earlier holders");
  }
  if (problems.length > 0)
    throw new EquityError("ROUND_INVALID", `${round.name}: ${problems.join("; ")}`, { problems });
  return invested;
}

/** Pool shares that must exist before the money arrives, given everyone else's shares. */
function poolBefore(table: CapTable, round: PricedRound, invested: Micros, others: bigint): bigint {
  const target = round.poolTargetPpm ?? 0n;
  if (target === 0n) return table.pool;
  // After the round: total = others + pool + new, new = total × invested / post, pool = total × target / PPM.
  const post = round.preMoney + invested;
  const needed = divide(others * target * post, PPM * post - target * post - invested * PPM, "ceil");
  return larger(needed, table.pool);
}

/**
 * Applies a priced round: converts the SAFEs, tops the pool up inside the pre-money valuation and issues new shares.
 * Price, conversions and pool depend on each other; they are found by iteration on the integer price, which only falls.
 * @throws EquityError `ROUND_INVALID` for terms that make no sense, `ROUND_NOT_CONVERGED` when no price exists.
 */
export function applyRound(table: CapTable, round: PricedRound): RoundResult {
  const invested = check(table, round);
  const safes = round.safes ?? [];
  let price = divide(round.preMoney, table.fullyDiluted, "floor");
  for (let turn = 0; turn < 500 && price > 0n; turn += 1) {
    const conversions = convertSafes(safes, table.fullyDiluted, price);
    const converted = conversions.reduce((total, { shares }) => total + shares, 0n);
    const pool = poolBefore(table, round, invested, table.fullyDiluted - table.pool + converted);
    const next = divide(round.preMoney, table.fullyDiluted - table.pool + converted + pool, "floor");
    if (next >= price) return settle(table, round, price, conversions, pool - table.pool);
    price = next;
  }
  throw new EquityError("ROUND_NOT_CONVERGED", `${round.name}: no price satisfies all terms`, { round: round.name });
}

function settle(
  before: CapTable,
  round: PricedRound,
  price: Micros,
  conversions: readonly Conversion[],
  poolIncrease: bigint,
): RoundResult {
  let table = before.enlargePool(poolIncrease);
  for (const { investor, shares } of conversions) table = table.issue(investor, "preferred", shares);
  const unspent = new Map<string, Micros>();
  let newShares = 0n;
  for (const { investor, amount } of round.investments) {
    const shares = amount / price;
    table = table.issue(investor, "preferred", shares);
    unspent.set(investor, (unspent.get(investor) ?? 0n) + (amount - shares * price));
    newShares += shares;
  }
  return { table, price, conversions, poolIncrease, newShares, unspent, postMoney: price * table.fullyDiluted };
}

/** By how much each earlier holder's ownership fell in a round, in parts per million of the company. */
export function dilutionBy(before: CapTable, after: CapTable): Map<string, bigint> {
  const held = (table: CapTable): Map<string, bigint> =>
    new Map(
      [...table.byHolder()].map(([holder, list]) => [holder, list.reduce((total, { shares }) => total + shares, 0n)]),
    );
  const later = held(after);
  return new Map(
    [...held(before)].map(([holder, shares]) => [
      holder,
      share(shares, before.fullyDiluted) - share(later.get(holder) ?? 0n, after.fullyDiluted),
    ]),
  );
}
