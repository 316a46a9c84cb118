import { BasePolicy } from "./base.ts";
import type { Call } from "./call.ts";
import type { Kit } from "./kit.ts";
import type { PolicyCall, PolicyOptions, PolicyStatistics, Work } from "./policy.ts";

/** When to fall back. */
export interface FallbackOptions extends PolicyOptions {
  /** Whether an error is answered by the fallback. Default: every one, but not an abort of the caller. */
  readonly fallbackIf?: (error: unknown) => boolean;
}

/** What a fallback tells. */
export interface FallbackEvent {
  readonly type: "fellBack";
  readonly error: unknown;
}

export interface FallbackStatistics extends PolicyStatistics {
  /** Calls answered by the fallback, or failed in it. */
  readonly fellBack: number;
}

/** Answers with something else when a call fails. */
export class FallbackPolicy<F> extends BasePolicy<FallbackEvent, FallbackStatistics, F> {
  readonly #answer: (error: unknown, call: PolicyCall) => F | PromiseLike<F>;
  readonly #fallbackIf: (error: unknown) => boolean;
  #fellBack = 0;

  /** @internal */
  constructor(
    kit: Kit,
    answer: (error: unknown, call: PolicyCall) => F | PromiseLike<F>,
    options: FallbackOptions = {},
  ) {
    super(kit, "fallback", options);
    this.#answer = answer;
    this.#fallbackIf = options.fallbackIf ?? (() => true);
  }

  get statistics(): FallbackStatistics {
    return { ...this.totals(), fellBack: this.#fellBack };
  }

  protected async invoke<T>(work: Work<T>, call: Call): Promise<T | F> {
    try {
      return await work(call);
    } catch (error) {
      if (call.aborted || !this.#fallbackIf(error)) throw error;
      this.#fellBack += 1;
      this.tell(() => ({ type: "fellBack", error }));
      return await this.#answer(error, call);
    }
  }
}
