import type { RawHedge } from "../wasm/policies.ts";
import { BasePolicy } from "./base.ts";
import { attempt, type Call } from "./call.ts";
import type { Kit } from "./kit.ts";
import { OptionCheck } from "./options.ts";
import type { PolicyOptions, PolicyStatistics, Work } from "./policy.ts";
import { Race } from "./race.ts";

/** When to ask a second time although the first may still answer. Every field is optional. */
export interface HedgeOptions extends PolicyOptions {
  /** Copies in all, the first among them. Default 2. */
  readonly maxAttempts?: number;
  /** Silence after which the next copy starts, in milliseconds; near the 95th percentile is usual. Default 100. */
  readonly delayMs?: number;
}

/** What a hedge tells. */
export type HedgeEvent =
  | { readonly type: "hedged"; readonly attempt: number }
  | { readonly type: "won"; readonly attempt: number };

export interface HedgeStatistics extends PolicyStatistics {
  /** Copies started beyond the first. */
  readonly hedges: number;
  /** Calls answered by another copy than the first. */
  readonly wonByHedge: number;
}

/**
 * Starts a copy of a call that is slow or has failed; the first answer counts, the other copies are aborted. For calls
 * that may run twice. Rejects when all copies failed, with the last error, or with one that is not worth a repeat.
 */
export class HedgePolicy extends BasePolicy<HedgeEvent, HedgeStatistics> {
  readonly #rule: RawHedge;
  #hedges = 0;
  #wonByHedge = 0;

  /** @internal */
  constructor(kit: Kit, options: HedgeOptions = {}) {
    super(kit, "hedge", options);
    const check = new OptionCheck(this.name);
    this.#rule = new kit.rules.RawHedge(
      check.whole("maxAttempts", options.maxAttempts ?? 2, 1, 100),
      check.ms("delayMs", options.delayMs ?? 100),
    );
  }

  get statistics(): HedgeStatistics {
    return { ...this.totals(), hedges: this.#hedges, wonByHedge: this.#wonByHedge };
  }

  protected async invoke<T>(work: Work<T>, call: Call): Promise<T> {
    if (call.aborted) throw call.reason;
    const race = new Race<T>(this.kit.clock, this.#rule, call, (copy) => {
      if (copy.attempt > 1) {
        this.#hedges += 1;
        this.tell(() => ({ type: "hedged", attempt: copy.attempt }));
      }
      return attempt(work, copy);
    });
    const { value, winner } = await race.result;
    if (winner > 1) this.#wonByHedge += 1;
    this.tell(() => ({ type: "won", attempt: winner }));
    return value;
  }
}
