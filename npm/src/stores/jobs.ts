import { closed } from "./rules.ts";
import type { WaitOptions } from "./store.ts";

/** Long jobs beside the appends, made of short steps. One runs at a time. */
export class Jobs {
  readonly #name: string;
  readonly #ended = new AbortController();
  #last: Promise<unknown> = Promise.resolve();

  /** `name` is the store's. */
  constructor(name: string) {
    this.#name = name;
  }

  /** Runs `job` after the ones before it. `stop` throws when the caller gave up or the store closes. */
  run<T>(options: WaitOptions, job: (stop: () => void) => Promise<T>): Promise<T> {
    const stop = (): void => {
      options.signal?.throwIfAborted();
      this.#ended.signal.throwIfAborted();
    };
    const done = this.#last.then(() => {
      stop();
      return job(stop);
    });
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Ends the running job at its next step and refuses those that wait. */
  async end(): Promise<void> {
    this.#ended.abort(closed(this.#name));
    await this.#last;
  }
}
