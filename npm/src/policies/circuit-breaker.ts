import { PolyphonError } from "../errors/error.ts";
import { Channel, type Stream } from "../runtime/stream.ts";
import type { RawBreaker } from "../wasm/policies.ts";
import { BasePolicy } from "./base.ts";
import { attempt, type Call } from "./call.ts";
import type { Gate, Gated } from "./gate.ts";
import type { Kit } from "./kit.ts";
import { OptionCheck, ppm } from "./options.ts";
import type { PolicyOptions, PolicyStatistics, Work } from "./policy.ts";
import { isTimeout, timed } from "./waiting.ts";

/** When a breaker opens and closes. Every field is optional. */
export interface CircuitBreakerOptions extends PolicyOptions {
  /** Failures within the window that open it. Default 5. */
  readonly failures?: number;
  /** How far back failures count, in milliseconds, forgotten in ten steps. Default 10,000. */
  readonly windowMs?: number;
  /** How long it refuses before it lets probes through, in milliseconds. Default 30,000. */
  readonly resetMs?: number;
  /** Longest time of one call, after which it counts as failed; 0: unbounded. Default 10,000. */
  readonly timeoutMs?: number;
  /** Probes that may run at once while half open. Default 1. */
  readonly probes?: number;
  /** Probes that must succeed before it closes. Default 1. */
  readonly successes?: number;
  /** Calls the window must hold before it opens. Default 0. */
  readonly minimumCalls?: number;
  /** It opens only when more than this share of the window's calls failed, 0 to 1. Default 0. */
  readonly failureShare?: number;
  /** Whether an error speaks against what was called; if not, the call counts as answered. Default: every error does. */
  readonly failureIf?: (error: unknown) => boolean;
}

export type CircuitState = "closed" | "open" | "halfOpen";

/** What a breaker tells. */
export type CircuitEvent =
  | { readonly type: "state"; readonly from: CircuitState; readonly to: CircuitState }
  | { readonly type: "refused"; readonly retryAfterMs: number };

export interface CircuitStatistics extends PolicyStatistics {
  readonly state: CircuitState;
  /** Calls refused with `BREAKER_OPEN`. */
  readonly refused: number;
  /** Times it opened. */
  readonly opened: number;
  /** What the window holds now; `calls` counts refused ones too. */
  readonly window: { readonly calls: number; readonly failures: number };
}

const STATES = ["closed", "open", "halfOpen"] as const;
const [SUCCESS, FAILURE, ABANDONED] = [0, 1, 2];
const CLOSED = 0;

/**
 * Stops calling what keeps failing: closed, it counts; open, it refuses with `BREAKER_OPEN`; half open, it lets probes
 * through, whose outcome decides. A call the caller aborted is no verdict; one that ran into a timeout is a failure.
 */
export class CircuitBreaker extends BasePolicy<CircuitEvent, CircuitStatistics> implements Disposable, Gate, Gated {
  /** One with a time of its own is more than a gate. */
  readonly "~gates": readonly Gate[] | undefined;
  readonly #rule: RawBreaker;
  readonly #timeoutMs: number;
  readonly #failureIf: (error: unknown) => boolean;
  readonly #states: Channel<CircuitState>;
  #told: CircuitState = "closed";
  #callOff: (() => void) | undefined;
  #isDisposed = false;
  #refused = 0;
  #opened = 0;

  /** @internal */
  constructor(kit: Kit, options: CircuitBreakerOptions = {}) {
    super(kit, "circuitBreaker", options);
    const check = new OptionCheck(this.name);
    const breaker = new kit.rules.RawBreaker(
      check.whole("failures", options.failures ?? 5, 1, 1e9),
      check.whole("minimumCalls", options.minimumCalls ?? 0, 0, 1e9),
      ppm(check.number("failureShare", options.failureShare ?? 0, 0, 1)),
      check.ms("windowMs", options.windowMs ?? 10_000, 1),
      10,
      check.ms("resetMs", options.resetMs ?? 30_000),
      check.whole("probes", options.probes ?? 1, 1, 1e6),
      check.whole("successes", options.successes ?? 1, 1, 1e6),
      false,
      kit.clock.monoMs(),
    );
    this.#rule = breaker;
    this.#timeoutMs = check.ms("timeoutMs", options.timeoutMs ?? 10_000);
    this["~gates"] = this.#timeoutMs === 0 ? [this] : undefined;
    this.#failureIf = options.failureIf ?? (() => true);
    this.#states = new Channel<CircuitState>(() => {
      this.onWatched();
      return [this.#told];
    });
  }

  /** The state now. */
  get state(): CircuitState {
    return this.#sync();
  }

  /**
   * The state, at once and whenever it changes. While somebody watches an open breaker, a timer waits for the moment it
   * is half open, and keeps the process alive until then.
   */
  get state$(): Stream<CircuitState> {
    return this.#states.stream;
  }

  get statistics(): CircuitStatistics {
    const state = this.state;
    const nowMs = this.kit.clock.monoMs();
    const window = { calls: this.#rule.calls(nowMs), failures: this.#rule.failures(nowMs) };
    return { ...this.totals(), state, refused: this.#refused, opened: this.#opened, window };
  }

  /** Opens it by hand, for as long as `resetMs`. */
  open(): void {
    this.#rule.open(this.kit.clock.monoMs());
    this.#sync();
  }

  /** Closes it by hand; it counts anew. */
  close(): void {
    this.#rule.close(this.kit.clock.monoMs());
    this.#sync();
  }

  /** Ends its streams and its timer. Calls go on as before. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#callOff?.();
    this.#callOff = undefined;
    this.#states.complete();
    this.events.complete();
  }

  protected override onWatched(): void {
    this.#sync();
    this.#watch(true);
  }

  /** @internal */
  isClear(): boolean {
    return true;
  }

  /** @internal */
  enter(nowMs: number): number {
    this.began();
    try {
      return this.#admit(nowMs);
    } catch (error) {
      this.ended(true);
      throw error;
    }
  }

  /** @internal */
  left(permit: number, nowMs: number): void {
    this.#record(permit, SUCCESS, nowMs);
    this.ended(false);
  }

  /** @internal */
  broke(permit: number, error: unknown, isAborted: boolean, nowMs: number): void {
    const isFailure = isAborted ? isTimeout(error) : this.#failureIf(error);
    this.#record(permit, isFailure ? FAILURE : isAborted ? ABANDONED : SUCCESS, nowMs);
    this.ended(true);
  }

  protected async invoke<T>(work: Work<T>, call: Call): Promise<T> {
    if (call.aborted) throw call.reason;
    const permit = this.#admit(this.kit.clock.monoMs());
    let isRecorded = false;
    const record = (outcome: number): void => {
      if (isRecorded) return;
      isRecorded = true;
      this.#record(permit, outcome, this.kit.clock.monoMs());
    };
    // A function that ignores its signal may never end; its permit must not wait for it.
    const takeBack = call.onAbort(() => record(isTimeout(call.reason) ? FAILURE : ABANDONED));
    try {
      const timeoutMs = this.#timeoutMs;
      const result = await (timeoutMs > 0 ? timed(this.kit, timeoutMs, this.name, work, call) : attempt(work, call));
      record(SUCCESS);
      return result;
    } catch (error) {
      record(this.#failureIf(error) ? FAILURE : SUCCESS);
      throw error;
    } finally {
      takeBack();
    }
  }

  #admit(nowMs: number): number {
    const permit = this.#rule.admit(nowMs);
    // Being asked opens or closes nothing: a breaker that was closed is.
    if (this.#told !== "closed") this.#sync(nowMs);
    if (permit < 0) throw this.#refusal(-1 - permit);
    return permit;
  }

  #record(permit: number, outcome: number, nowMs: number): void {
    // What time has done comes before what the outcome does; to a closed breaker time does nothing.
    if (this.#told !== "closed") this.#sync(nowMs);
    if (this.#rule.record(permit, outcome, nowMs) !== CLOSED || this.#told !== "closed") this.#sync(nowMs);
  }

  #sync(nowMs: number = this.kit.clock.monoMs()): CircuitState {
    const to = STATES[this.#rule.state(nowMs)] as CircuitState;
    const from = this.#told;
    if (from === to) return to;
    this.#told = to;
    if (to === "open") this.#opened += 1;
    this.#watch(this.#states.isObserved || this.events.isObserved);
    this.#states.next(to);
    this.tell(() => ({ type: "state", from, to }));
    return to;
  }

  /** Sets the timer that tells of the half-open state, where somebody wants to know. */
  #watch(isWatched: boolean): void {
    this.#callOff?.();
    this.#callOff = undefined;
    if (this.#told !== "open" || !isWatched || this.#isDisposed) return;
    const leftMs = Math.max(this.#rule.opensForMs(this.kit.clock.monoMs()), 1);
    this.#callOff = this.kit.clock.after(leftMs, () => {
      this.#callOff = undefined;
      // Timers may fire a little early.
      if (this.#sync() === "open") this.#watch(true);
    });
  }

  #refusal(waitMs: number): PolyphonError {
    this.#refused += 1;
    this.tell(() => ({ type: "refused", retryAfterMs: waitMs }));
    return new PolyphonError("BREAKER_OPEN", {
      message: `${this.name}: too many calls failed; none are let through for ${waitMs} ms.`,
      retryAfterMs: waitMs,
      details: { policy: this.name, state: this.state },
    });
  }
}
