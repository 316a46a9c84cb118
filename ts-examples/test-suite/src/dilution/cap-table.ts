import { EquityError } from "../core/errors.ts";
import { share } from "../core/ratio.ts";

export type ShareClass = "common" | "preferred" | "option" | "pool";

/** Shares of one class in one pair of hands. */
export interface Holding {
  readonly holder: string;
  readonly class: ShareClass;
  readonly shares: bigint;
}

/** Name under which shares reserved for future grants stand. */
export const POOL = "Option pool";

/** Who owns what, fully diluted: issued shares, granted options and the unallocated pool. Immutable; every change gives a new table. */
export class CapTable {
  readonly holdings: readonly Holding[];
  /** All shares, options and pool included. */
  readonly fullyDiluted: bigint;

  /** @throws EquityError `CAP_TABLE_INVALID` for a holding without name or shares. */
  constructor(holdings: readonly Holding[] = []) {
    for (const holding of holdings) {
      if (holding.holder.trim() === "" || holding.shares < 0n) {
        throw new EquityError("CAP_TABLE_INVALID", "a holding needs a holder and shares of at least 0", {
          holder: holding.holder,
        });
      }
    }
    this.holdings = holdings.filter((holding) => holding.shares > 0n);
    this.fullyDiluted = this.holdings.reduce((total, holding) => total + holding.shares, 0n);
  }

  /** Shares reserved for future grants. */
  get pool(): bigint {
    return this.#sharesOf((holding) => holding.class === "pool");
  }

  /** Shares that exist: common and preferred. */
  get issued(): bigint {
    return this.#sharesOf((holding) => holding.class === "common" || holding.class === "preferred");
  }

  /** All shares of one holder, whatever their class. */
  sharesOf(holder: string): bigint {
    return this.#sharesOf((holding) => holding.holder === holder);
  }

  /** Fully diluted ownership of one holder in parts per million. */
  ownership(holder: string): bigint {
    return share(this.sharesOf(holder), this.fullyDiluted);
  }

  /** The table with more shares for a holder. */
  issue(holder: string, shareClass: ShareClass, shares: bigint): CapTable {
    if (shares < 0n) throw new EquityError("CAP_TABLE_INVALID", "cannot issue a negative number of shares", { holder });
    return this.#with(holder, shareClass, shares);
  }

  /** The table with a larger pool. */
  enlargePool(shares: bigint): CapTable {
    return this.issue(POOL, "pool", shares);
  }

  /**
   * Options for a holder out of the pool; nobody is diluted.
   * @throws EquityError `POOL_EXHAUSTED` when the pool holds less.
   */
  grantFromPool(holder: string, shares: bigint): CapTable {
    return this.#takeFromPool(shares).issue(holder, "option", shares);
  }

  /**
   * {@link grantFromPool} for many holders at once, in time proportional to their number.
   * @throws EquityError `POOL_EXHAUSTED` when the pool holds less than all of them together; then nobody gets anything.
   */
  grantAllFromPool(grants: ReadonlyMap<string, bigint>): CapTable {
    const pooled = this.#takeFromPool([...grants.values()].reduce((total, shares) => total + shares, 0n));
    const held = new Map(grants);
    const holdings = pooled.holdings.map((holding) => {
      const more = holding.class === "option" ? held.get(holding.holder) : undefined;
      if (more === undefined) return holding;
      held.delete(holding.holder);
      return { ...holding, shares: holding.shares + more };
    });
    return new CapTable([
      ...holdings,
      ...[...held].map(([holder, shares]): Holding => ({ holder, class: "option", shares })),
    ]);
  }

  /** All holdings of every holder, holders in the order they first appear. */
  byHolder(): Map<string, Holding[]> {
    const holders = new Map<string, Holding[]>();
    for (const holding of this.holdings) {
      const list = holders.get(holding.holder);
      if (list === undefined) holders.set(holding.holder, [holding]);
      else list.push(holding);
    }
    return holders;
  }

  /** Options turned into common shares, for example by exercise. */
  exercise(holder: string, shares: bigint): CapTable {
    const options = this.#sharesOf((holding) => holding.holder === holder && holding.class === "option");
    if (shares < 0n || shares > options) {
      throw new EquityError("CAP_TABLE_INVALID", `${holder} has ${options} options`, {
        holder,
        options: options.toString(),
      });
    }
    return this.#with(holder, "option", -shares).issue(holder, "common", shares);
  }

  #takeFromPool(shares: bigint): CapTable {
    if (shares < 0n || shares > this.pool) {
      throw new EquityError("POOL_EXHAUSTED", `the pool holds ${this.pool} shares, ${shares} were asked for`, {
        pool: this.pool.toString(),
        shares: shares.toString(),
      });
    }
    return this.#with(POOL, "pool", -shares);
  }

  #sharesOf(matches: (holding: Holding) => boolean): bigint {
    return this.holdings.reduce((total, holding) => (matches(holding) ? total + holding.shares : total), 0n);
  }

  #with(holder: string, shareClass: ShareClass, delta: bigint): CapTable {
    const at = this.holdings.findIndex((holding) => holding.holder === holder && holding.class === shareClass);
    const before = at < 0 ? 0n : (this.holdings[at] as Holding).shares;
    const changed: Holding = { holder, class: shareClass, shares: before + delta };
    return new CapTable(at < 0 ? [...this.holdings, changed] : this.holdings.with(at, changed));
  }
}
