import { Observable, type Subscriber } from "rxjs";
import { PolyphonError } from "../errors/error.ts";

/** Values an iterator may lag behind before it is told that it does. */
const BUFFER = 10_000;

/** Many values over time: an Observable that can also be looped over with `for await`. */
export class Stream<T> extends Observable<T> implements AsyncIterable<T> {
  /**
   * Loops over the values. Leaving the loop unsubscribes. A loop that lags more than 10,000 values behind is ended with
   * `STREAM_OVERRUN` rather than filling memory.
   */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    const values: T[] = [];
    let wake: (() => void) | undefined;
    let ended = false;
    let failure: unknown;
    const settle = (): void => {
      wake?.();
      wake = undefined;
    };
    const end = (error?: unknown): void => {
      ended = true;
      failure = error;
      settle();
    };
    const subscription = this.subscribe({
      next: (value) => {
        values.push(value);
        if (values.length > BUFFER) {
          subscription.unsubscribe();
          end(overrun());
        }
        settle();
      },
      error: end,
      complete: () => end(),
    });
    return {
      next: async () => {
        while (values.length === 0 && !ended) await new Promise<void>((resolve) => (wake = resolve));
        if (failure !== undefined) throw failure;
        return values.length > 0 ? { done: false, value: values.shift() as T } : { done: true, value: undefined };
      },
      return: async () => {
        subscription.unsubscribe();
        ended = true;
        values.length = 0;
        return { done: true, value: undefined };
      },
    };
  }
}

/** A stream and its one source. Dispatch is a plain loop: no scheduler, no buffering. */
export class Channel<T> {
  readonly #subscribers = new Set<Subscriber<T>>();
  #ended = false;
  readonly stream: Stream<T>;

  /** `first` gives the values a new subscriber gets at once. */
  constructor(first?: () => Iterable<T>) {
    this.stream = new Stream<T>((subscriber) => {
      for (const value of first?.() ?? []) subscriber.next(value);
      if (this.#ended) return subscriber.complete();
      this.#subscribers.add(subscriber);
      return () => this.#subscribers.delete(subscriber);
    });
  }

  /** Whether anybody listens; a source may skip making values nobody sees. */
  get isObserved(): boolean {
    return this.#subscribers.size > 0;
  }

  next(value: T): void {
    for (const subscriber of this.#subscribers) subscriber.next(value);
  }

  complete(): void {
    this.#ended = true;
    for (const subscriber of [...this.#subscribers]) subscriber.complete();
    this.#subscribers.clear();
  }
}

function overrun(): PolyphonError {
  return new PolyphonError("STREAM_OVERRUN", {
    message: `the loop is more than ${BUFFER} values behind; take them faster, or subscribe and keep what you need.`,
  });
}
