import type { PolicyCall, RunOptions, Work } from "./policy.ts";

const nothing = (): void => {};

/**
 * A call on its way through policies. Its signal is made when somebody asks for it: a controller for each layer would
 * cost more than the layer.
 */
export class Call implements PolicyCall {
  readonly attempt: number;
  readonly #outer: AbortSignal | undefined;
  readonly #listeners = new Set<() => void>();
  #release: () => void = nothing;
  #controller: AbortController | undefined;
  #aborted = false;
  #reason: unknown;

  private constructor(attempt: number, outer: AbortSignal | undefined) {
    this.attempt = attempt;
    this.#outer = outer;
  }

  /** The call that `options` belong to: itself when it is one already. */
  static of(options: RunOptions | PolicyCall | undefined): Call {
    if (options instanceof Call) return options;
    const attempt = options !== undefined && "attempt" in options ? options.attempt : 1;
    const call = new Call(attempt, options?.signal);
    const signal = options?.signal;
    if (signal === undefined) return call;
    if (signal.aborted) {
      call.abort(signal.reason);
      return call;
    }
    const abort = (): void => call.abort(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    call.#release = () => signal.removeEventListener("abort", abort);
    return call;
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  get signal(): AbortSignal {
    if (this.#outer !== undefined) return this.#outer;
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** A call within this one: aborted with it, and on its own. */
  child(attempt: number = this.attempt): Call {
    const child = new Call(attempt, undefined);
    if (this.#aborted) child.abort(this.#reason);
    else child.#release = this.onAbort(() => child.abort(this.#reason));
    return child;
  }

  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
    for (const listener of [...this.#listeners]) listener();
    this.#listeners.clear();
  }

  /** Runs `listener` once when the call is aborted from now on. Answers what takes it back. */
  onAbort(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The call is over: nothing of it is kept by what it was made from. */
  end(): void {
    this.#release();
  }

  /** Runs `work`; ends the wait for it as soon as the call is aborted. */
  race<T>(work: () => Promise<T>): Promise<T> {
    if (this.#aborted) return Promise.reject(this.#reason);
    return new Promise((resolve, reject) => {
      const takeBack = this.onAbort(() => reject(this.#reason));
      const end = (): void => {
        takeBack();
        this.end();
      };
      work().finally(end).then(resolve, reject);
    });
  }
}

/** Runs `work`, whatever way it fails. */
export async function attempt<T>(work: Work<T>, call: Call): Promise<T> {
  return await work(call);
}
