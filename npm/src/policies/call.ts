import type { PolicyCall, RunOptions, Work } from "./policy.ts";

/** What is told when a call is aborted. */
interface Told {
  tell(call: Call): void;
}

/**
 * A call on its way through policies. Its signal is made when somebody asks for it, and who is told of its end is kept
 * without a collection while there is one: a controller and a set for each layer would cost more than the layer.
 */
export class Call implements PolicyCall, Told {
  readonly attempt: number;
  readonly weight: number;
  readonly #outer: AbortSignal | undefined;
  /** What it is aborted with. */
  #parent: Call | undefined;
  #abort: (() => void) | undefined;
  /** The first to be told; there are more only behind it. */
  #first: Told | undefined;
  #more: Set<Told> | undefined;
  #controller: AbortController | undefined;
  #aborted = false;
  #reason: unknown;

  private constructor(attempt: number, weight: number, outer: AbortSignal | undefined, parent: Call | undefined) {
    this.attempt = attempt;
    this.weight = weight;
    this.#outer = outer;
    this.#parent = parent;
  }

  /** The call that `options` belong to: itself when it is one already. */
  static of(options: RunOptions | PolicyCall | undefined): Call {
    if (options instanceof Call) return options;
    const attempt = options !== undefined && "attempt" in options ? options.attempt : 1;
    const signal = options?.signal;
    const call = new Call(attempt, options?.weight ?? 1, signal, undefined);
    if (signal === undefined) return call;
    if (signal.aborted) {
      call.abort(signal.reason);
      return call;
    }
    call.#abort = () => call.abort(signal.reason);
    signal.addEventListener("abort", call.#abort, { once: true });
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
    const child = new Call(attempt, this.weight, undefined, this);
    if (this.#aborted) child.abort(this.#reason);
    else this.#add(child);
    return child;
  }

  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
    const all = [...(this.#first === undefined ? [] : [this.#first]), ...(this.#more ?? [])];
    this.#first = undefined;
    this.#more = undefined;
    for (const told of all) told.tell(this);
  }

  /** The call it is within was aborted. */
  tell(parent: Call): void {
    this.abort(parent.#reason);
  }

  /** Runs `listener` once when the call is aborted from now on. Answers what takes it back. */
  onAbort(listener: () => void): () => void {
    const told = { tell: listener };
    this.#add(told);
    return () => this.#remove(told);
  }

  /** The call is over: nothing of it is kept by what it was made from. */
  end(): void {
    const parent = this.#parent;
    if (parent !== undefined) parent.#remove(this);
    this.#parent = undefined;
    if (this.#abort !== undefined) this.#outer?.removeEventListener("abort", this.#abort);
    this.#abort = undefined;
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

  #add(told: Told): void {
    if (this.#first === undefined && (this.#more === undefined || this.#more.size === 0)) this.#first = told;
    else {
      this.#more ??= new Set();
      this.#more.add(told);
    }
  }

  #remove(told: Told): void {
    if (this.#first === told) this.#first = undefined;
    else this.#more?.delete(told);
  }
}

/** Runs `work`, whatever way it fails. */
export async function attempt<T>(work: Work<T>, call: Call): Promise<T> {
  return await work(call);
}
