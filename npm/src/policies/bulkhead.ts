import { PolyphonError } from "../errors/error.ts";
import type { RawBulkhead } from "../wasm/policies.ts";
import { BasePolicy } from "./base.ts";
import type { Call } from "./call.ts";
import type { Gate, Gated } from "./gate.ts";
import type { Kit } from "./kit.ts";
import { Line } from "./line.ts";
import { OptionCheck } from "./options.ts";
import type { PolicyOptions, PolicyStatistics, Work } from "./policy.ts";

/** How many calls run at once. Every field is optional. */
export interface BulkheadOptions extends PolicyOptions {
  /** Calls that run at once. Default 10. */
  readonly limit?: number;
  /** Calls that wait for a place, first come, first served; one more is refused. Default 0. */
  readonly queue?: number;
}

/** What a bulkhead tells. */
export type BulkheadEvent =
  | { readonly type: "queued"; readonly queued: number }
  | { readonly type: "refused"; readonly running: number; readonly queued: number };

export interface BulkheadStatistics extends PolicyStatistics {
  /** Calls that run now. */
  readonly running: number;
  /** Calls that wait now. */
  readonly queued: number;
  /** Calls refused with `BULKHEAD_FULL`. */
  readonly refused: number;
}

/** Keeps what is slow from taking everything. A place is free again when the function itself has ended. */
export class BulkheadPolicy extends BasePolicy<BulkheadEvent, BulkheadStatistics> implements Gate, Gated {
  readonly "~gates": readonly Gate[] = [this];
  readonly #limit: number;
  readonly #rule: RawBulkhead;
  readonly #line = new Line();
  #refused = 0;

  /** @internal */
  constructor(kit: Kit, options: BulkheadOptions = {}) {
    super(kit, "bulkhead", options);
    const check = new OptionCheck(this.name);
    this.#limit = check.whole("limit", options.limit ?? 10, 1, 1_000_000);
    this.#rule = new kit.rules.RawBulkhead(this.#limit, check.whole("queue", options.queue ?? 0, 0, 1_000_000));
  }

  get statistics(): BulkheadStatistics {
    const running = this.#rule.running();
    return { ...this.totals(), running, queued: this.#rule.waiting(), refused: this.#refused };
  }

  /** @internal */
  isClear(): boolean {
    return this.#rule.running() < this.#limit;
  }

  /** @internal */
  enter(): number {
    this.began();
    if (this.#rule.enter() === 0) return 0;
    this.ended(true);
    throw this.#full();
  }

  /** @internal */
  left(): void {
    this.#leave();
    this.ended(false);
  }

  /** @internal */
  broke(): void {
    this.#leave();
    this.ended(true);
  }

  protected async invoke<T>(work: Work<T>, call: Call): Promise<T> {
    if (call.aborted) throw call.reason;
    const entry = this.#rule.enter();
    if (entry === 2) throw this.#full();
    if (entry === 1) {
      this.tell(() => ({ type: "queued", queued: this.#rule.waiting() }));
      await this.#line.join(call, () => this.#rule.giveUp());
    }
    try {
      // The place may have come in the same turn as the abort.
      if (call.aborted) throw call.reason;
      return await work(call);
    } finally {
      this.#leave();
    }
  }

  #leave(): void {
    if (this.#rule.leave()) this.#line.next();
  }

  #full(): PolyphonError {
    this.#refused += 1;
    const running = this.#rule.running();
    const queued = this.#rule.waiting();
    this.tell(() => ({ type: "refused", running, queued }));
    return new PolyphonError("BULKHEAD_FULL", {
      message: `${this.name}: ${running} calls run and ${queued} wait; no more are taken.`,
      details: { policy: this.name, running, queued },
    });
  }
}
