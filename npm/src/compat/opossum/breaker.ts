import type { Kit } from "../../policies/kit.ts";
import { Answers } from "./answers.ts";
import { Circuit, CLOSED, HALF_OPEN, OPEN } from "./circuit.ts";
import { OpossumError } from "./errors.ts";
import { Emitter, type Listener } from "./events.ts";
import { noAction, noFunction, type OpossumOptions, type ResolvedOptions, resolveOptions } from "./options.ts";
import { isThenable, run } from "./run.ts";
import type { BreakerStats } from "./stats.ts";
import { Status } from "./status.ts";

/** What a breaker guards. */
export type Action<A extends unknown[], R> = (...args: A) => R | PromiseLike<R>;

/** The state of a breaker as JSON. */
export interface OpossumJson {
  readonly state: {
    readonly name: string;
    readonly enabled: boolean;
    readonly closed: boolean;
    readonly open: boolean;
    readonly halfOpen: boolean;
    readonly warmUp: boolean;
    readonly shutdown: boolean;
    readonly lastTimerAt: number | undefined;
  };
  readonly status: BreakerStats;
}

/**
 * A circuit breaker with the face and the behaviour of opossum 10. Events: `fire`, `success`, `failure`, `timeout`,
 * `reject`, `open`, `close`, `halfOpen`, `fallback`, `semaphoreLocked`, `healthCheckFailed`, `cacheHit`, `cacheMiss`,
 * `coalesceCacheHit`, `coalesceCacheMiss`, `shutdown`. What `toJSON` answers, a later one can begin with.
 */
export class OpossumBreaker<A extends unknown[], R> extends Emitter {
  readonly name: string;
  readonly group: string;
  readonly options: ResolvedOptions;
  readonly status: Status;
  readonly #kit: Kit;
  readonly #action: Action<A, R>;
  readonly #circuit: Circuit;
  readonly #checks = new Set<() => void>();
  readonly #answers: Answers;
  #fallback: ((...args: unknown[]) => unknown) | undefined;
  #isEnabled: boolean;
  #isShutdown = false;
  #running = 0;

  /** @internal */
  constructor(kit: Kit, action: Action<A, R>, options: OpossumOptions = {}) {
    super();
    if (typeof action !== "function") throw noAction();
    this.#kit = kit;
    this.#action = action;
    this.options = resolveOptions(options);
    // As there: statistics from elsewhere are those of a window with opossum's defaults.
    const window = options.status === undefined ? {} : DEFAULT_WINDOW;
    const counting = { ...this.options, ...window };
    this.#answers = new Answers(kit.clock, this.options);
    this.name = options.name || action.name || "breaker";
    this.group = options.group || this.name;
    this.status = new Status(kit.clock, counting);
    const { state } = options;
    this.#isEnabled = state === undefined ? this.options.enabled : state.enabled !== false;
    this.#circuit = new Circuit(kit, counting, this.options.rollingCountTimeout, {
      opened: () => this.#tell("open", () => this.status.mark(true)),
      closed: () => {
        this.#renew();
        this.#tell("close", () => this.status.mark(false));
      },
      halfOpened: () => {
        this.#renew();
        this.emit("halfOpen", this.options.resetTimeout);
      },
      isWatched: () => this.listenerCount("halfOpen") > 0,
    });
    if (state?.shutdown) this.shutdown();
    else if (state !== undefined) this.#circuit.restore(state, this.options.resetTimeout);
  }

  get closed(): boolean {
    return !this.#isShutdown && this.#circuit.state === CLOSED;
  }

  get opened(): boolean {
    return !this.#isShutdown && this.#circuit.state === OPEN;
  }

  get halfOpen(): boolean {
    return !this.#isShutdown && this.#circuit.state === HALF_OPEN;
  }

  /** Half open, and no probe has come yet. */
  get pendingClose(): boolean {
    return this.#circuit.state === HALF_OPEN && this.#circuit.pendingClose;
  }

  get isShutdown(): boolean {
    return this.#isShutdown;
  }

  get enabled(): boolean {
    return this.#isEnabled;
  }

  get warmUp(): boolean {
    return this.#circuit.isWarmingUp;
  }

  get volumeThreshold(): number {
    return this.options.volumeThreshold;
  }

  get stats(): BreakerStats {
    return this.status.stats;
  }

  /** While somebody listens to `halfOpen`, an open breaker holds a timer. */
  override on(event: string, listener: Listener): this {
    super.on(event, listener);
    if (event === "halfOpen") this.#circuit.watch();
    return this;
  }

  override once(event: string, listener: Listener): this {
    super.once(event, listener);
    if (event === "halfOpen") this.#circuit.watch();
    return this;
  }

  /** Calls the action, or answers for it. */
  fire(...args: A): Promise<R> {
    return this.call(this.#action, ...args);
  }

  /** Like {@link fire}, with a `this` for the action. */
  call(context: unknown, ...args: A): Promise<R> {
    if (this.#isShutdown) return Promise.reject(new OpossumError("ESHUTDOWN", "The circuit has been shutdown."));
    this.#tell("fire", () => this.status.increment("fires"), args);
    if (!this.#isEnabled) return this.#unguarded(context, args);
    const key = this.#answers.keyOf(args);
    if (key !== undefined) {
      const known = this.#answers.find(key, (event) => this.#tell(event, () => this.status.increment(COUNTED[event])));
      if (known) {
        this.#circuit.pass();
        return known as Promise<R>;
      }
    }
    const permit = this.#circuit.admit();
    if (permit < 0) {
      const error = new OpossumError("EOPENBREAKER", "Breaker is open");
      this.#tell("reject", () => this.status.increment("rejects"), error);
      return (this.#answerFor(error, args) as Promise<R> | undefined) ?? Promise.reject(error);
    }
    const call = new Promise<R>((resolve, reject) =>
      this.#guarded(permit, context, args, { resolve, reject, key: key ?? "" }),
    );
    if (key !== undefined) this.#answers.share(key, call);
    return call;
  }

  /** What answers when a call fails: a function of the arguments and the error, or another breaker. */
  fallback(answer: ((...args: never[]) => unknown) | OpossumBreaker<A, R>): this {
    this.#fallback =
      answer instanceof OpossumBreaker
        ? (...args) => answer.fire(...(args as A))
        : (answer as (...args: unknown[]) => unknown);
    return this;
  }

  open(): void {
    this.#circuit.open();
  }

  close(): void {
    this.#circuit.close();
  }

  enable(): void {
    this.#isEnabled = true;
  }

  disable(): void {
    this.#isEnabled = false;
  }

  /** Ends it for good: calls are refused, timers and listeners are gone. */
  shutdown(): void {
    this.emit("shutdown");
    this.disable();
    this.removeAllListeners();
    this.#circuit.stop();
    this.status.shutdown();
    for (const stop of this.#checks) stop();
    this.#checks.clear();
    this.#isShutdown = true;
    this.clearCache();
  }

  /** Runs `check` now and every `intervalMs`; when it rejects, the breaker opens. Ends with {@link shutdown}. */
  healthCheck(check: () => Promise<unknown>, intervalMs = 5_000): void {
    if (typeof check !== "function") throw noFunction("Health check function");
    let callOff = (): void => {};
    const examine = (): void => {
      callOff = this.#kit.clock.after(intervalMs, examine);
      check.call(this).catch((error: unknown) => {
        if (this.#isShutdown) return;
        this.emit("healthCheckFailed", error);
        this.open();
      });
    };
    this.#checks.add(() => callOff());
    examine();
  }

  getSignal(): AbortSignal | undefined {
    return this.options.abortController?.signal;
  }

  getAbortController(): AbortController | undefined {
    return this.options.abortController;
  }

  /** Forgets the answers that are kept, and the calls that are shared. */
  clearCache(): void {
    this.#answers.clear();
  }

  toJSON(): OpossumJson {
    const { closed, opened: open, halfOpen, warmUp, enabled, isShutdown: shutdown, name } = this;
    const { lastTimerAt } = this.#circuit;
    return { state: { name, enabled, closed, open, halfOpen, warmUp, shutdown, lastTimerAt }, status: this.stats };
  }

  #unguarded(context: unknown, args: A): Promise<R> {
    this.#circuit.pass();
    const result = this.#action.apply(context, args);
    return (isThenable(result) ? result : Promise.resolve(result)) as Promise<R>;
  }

  #guarded(permit: number, context: unknown, args: A, waiting: Waiting<R>): void {
    const failed = (error: unknown, latencyMs: number): void => this.#fail(permit, error, latencyMs, args, waiting);
    if (this.#running >= this.options.capacity) {
      const error = new OpossumError("ESEMLOCKED", "Semaphore locked");
      this.#tell("semaphoreLocked", () => this.status.increment("semaphoreRejections"), error, 0);
      failed(error, 0);
      this.#answers.ended(waiting.key);
      return;
    }
    this.#running += 1;
    run(this.#kit.clock, this.options.timeout, () => this.#action.apply(context, args), {
      failed: (error, latencyMs) => {
        failed(error, latencyMs);
        this.#answers.ended(waiting.key, "error");
      },
      succeeded: (value, latencyMs) => {
        this.#succeed(permit, value, latencyMs);
        this.#answers.ended(waiting.key, "success");
        this.#running -= 1;
        waiting.resolve(value as R);
        this.#answers.keep(waiting.key, Promise.resolve(value));
      },
      timedOut: (error, latencyMs) => {
        this.#tell("timeout", () => this.status.increment("timeouts", latencyMs), error, latencyMs, args);
        failed(error, latencyMs);
        this.#answers.ended(waiting.key, "timeout");
        this.options.abortController?.abort();
      },
      released: () => {
        this.#running -= 1;
      },
    });
  }

  #succeed(permit: number, value: unknown, latencyMs: number): void {
    if (this.#isShutdown) return;
    this.status.increment("successes", latencyMs);
    // Closing is told of before the success that closed it.
    this.#circuit.succeed(permit);
    this.emit("success", value, latencyMs);
  }

  #fail(permit: number, error: unknown, latencyMs: number, args: A, waiting: Waiting<R>): void {
    if (this.options.errorFilter(error, ...args)) {
      this.#succeed(permit, error, latencyMs);
      waiting.reject(error);
      return;
    }
    this.#tell("failure", () => this.status.increment("failures", latencyMs), error, latencyMs, args);
    if (!this.#isShutdown) this.#circuit.fail(permit);
    const answer = this.#answerFor(error, args);
    if (answer === undefined) waiting.reject(error);
    else waiting.resolve(answer as Promise<R>);
  }

  #answerFor(error: unknown, args: A): Promise<unknown> | undefined {
    const fallback = this.#fallback;
    if (fallback === undefined) return undefined;
    try {
      const result = fallback.call(fallback, ...args, error);
      this.#tell("fallback", () => this.status.increment("fallbacks"), result, error);
      return Promise.resolve(result);
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  }

  /** Counts, then tells; after the shutdown neither. */
  #tell(event: string, count: () => void, ...args: unknown[]): void {
    if (this.#isShutdown) return;
    count();
    this.emit(event, ...args);
  }

  #renew(): void {
    const { autoRenewAbortController, abortController } = this.options;
    if (autoRenewAbortController && abortController?.signal.aborted) {
      this.options.abortController = new AbortController();
    }
  }
}

const DEFAULT_WINDOW = {
  rollingCountTimeout: 10_000,
  rollingCountBuckets: 10,
  rollingPercentilesEnabled: true,
  enableSnapshots: true,
};

const COUNTED = {
  cacheHit: "cacheHits",
  cacheMiss: "cacheMisses",
  coalesceCacheHit: "coalesceCacheHits",
  coalesceCacheMiss: "coalesceCacheMisses",
} as const;

interface Waiting<R> {
  /** Under which its answer is kept and shared. */
  readonly key: string;
  resolve(value: R | PromiseLike<R>): void;
  reject(error: unknown): void;
}
