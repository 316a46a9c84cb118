import { BasePolicy } from "./base.ts";
import type { Call } from "./call.ts";
import type { Kit } from "./kit.ts";
import { OptionCheck } from "./options.ts";
import type { PolicyOptions, PolicyStatistics, Work } from "./policy.ts";
import { timed } from "./waiting.ts";

/** What a timeout tells. */
export interface TimeoutEvent {
  readonly type: "timedOut";
  readonly timeoutMs: number;
}

export interface TimeoutStatistics extends PolicyStatistics {
  readonly timedOut: number;
}

/** Ends what takes too long with `REQUEST_TIMEOUT`, and aborts its signal. What ignores the signal is left behind. */
export class TimeoutPolicy extends BasePolicy<TimeoutEvent, TimeoutStatistics> {
  readonly timeoutMs: number;
  #timedOut = 0;

  /** @internal */
  constructor(kit: Kit, timeoutMs: number, options: PolicyOptions = {}) {
    super(kit, "timeout", options);
    this.timeoutMs = new OptionCheck(this.name).ms("timeoutMs", timeoutMs, 1);
  }

  get statistics(): TimeoutStatistics {
    return { ...this.totals(), timedOut: this.#timedOut };
  }

  protected invoke<T>(work: Work<T>, call: Call): Promise<T> {
    return timed(this.kit, this.timeoutMs, this.name, work, call, () => {
      this.#timedOut += 1;
      this.tell(() => ({ type: "timedOut", timeoutMs: this.timeoutMs }));
    });
  }
}
