import type { RawHedge } from "../wasm/policies.ts";
import { BasePolicy } from "./base.ts";
import { attempt, type Call } from "./call.ts";
import type { Kit } from "./kit.ts";
import { OptionCheck, ppm } from "./options.ts";
import type { PolicyOptions, PolicyStatistics, Work } from "./policy.ts";
import { Race } from "./race.ts";
import type { Repeating } from "./repeating.ts";

/** When to ask a second time although the first may still answer. Every field is optional. */
export interface HedgeOptions extends PolicyOptions {
  /** Copies in all, the first among them. Default 2. */
  readonly maxAttempts?: number;
  /** Silence after which the next copy starts, in milliseconds; with a `quantile` only until that is known. Default 100. */
  readonly delayMs?: number;
  /**
   * Starts the next copy after the time within which this share of the last 512 to 1,024 copies was answered, measured to an
   * eighth and to the millisecond; 0.95 is usual. Above 0 to 1. Default: none, the delay is fixed.
   */
  readonly quantile?: number;
  /** Copies that must have been measured before the quantile counts. Default 20. */
  readonly minimumCalls?: number;
  /** The measured delay is never shorter, in milliseconds. Default 1. */
  readonly leastDelayMs?: number;
  /**
   * Greatest share of the calls that get a copy while another runs, 0 to 1: what becomes slow as a whole is not asked twice.
   * Default 1, no bound; with a `quantile` twice the share that is slower than it.
   */
  readonly maxShare?: number;
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
  /** Copies that `maxShare` kept from starting. */
  readonly held: number;
  /** Silence after which the next copy starts now, in milliseconds. */
  readonly delayMs: number;
}

/**
 * Starts a copy of a call that is slow or has failed; the first answer counts, the other copies are aborted. For calls
 * that may run twice. Rejects when all copies failed, with the last error, or with one that is not worth a repeat.
 */
export class HedgePolicy extends BasePolicy<HedgeEvent, HedgeStatistics> implements Repeating {
  readonly "~repeats" = true;
  readonly #rule: RawHedge;
  #hedges = 0;
  #wonByHedge = 0;
  #held = 0;

  /** @internal */
  constructor(kit: Kit, options: HedgeOptions = {}) {
    super(kit, "hedge", options);
    const check = new OptionCheck(this.name);
    const { quantile, maxShare } = options;
    const quantilePpm = quantile === undefined ? 0 : ppm(check.number("quantile", quantile, 0.000_001, 1));
    const share = maxShare ?? (quantile === undefined ? 1 : Math.min(2 * (1 - quantile), 1));
    this.#rule = new kit.rules.RawHedge(
      check.whole("maxAttempts", options.maxAttempts ?? 2, 1, 100),
      check.ms("delayMs", options.delayMs ?? 100),
      quantilePpm,
      check.ms("leastDelayMs", options.leastDelayMs ?? 1),
      check.whole("minimumCalls", options.minimumCalls ?? 20, 1, 512),
      ppm(check.number("maxShare", share, 0, 1)),
    );
  }

  get statistics(): HedgeStatistics {
    const delayMs = this.#rule.delayMs();
    return { ...this.totals(), hedges: this.#hedges, wonByHedge: this.#wonByHedge, held: this.#held, delayMs };
  }

  protected async invoke<T>(work: Work<T>, call: Call): Promise<T> {
    if (call.aborted) throw call.reason;
    this.#rule.begin();
    const race = new Race<T>(this.kit.clock, this.#rule, call, {
      start: (copy) => {
        if (copy.attempt > 1) {
          this.#hedges += 1;
          this.tell(() => ({ type: "hedged", attempt: copy.attempt }));
        }
        return attempt(work, copy);
      },
      held: () => {
        this.#held += 1;
      },
    });
    const { value, winner } = await race.result;
    if (winner > 1) this.#wonByHedge += 1;
    this.tell(() => ({ type: "won", attempt: winner }));
    return value;
  }
}
