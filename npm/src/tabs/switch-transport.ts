import { PolyphonError } from "../errors/error.ts";
import type {
  Transport,
  TransportHealth,
  TransportMessage,
  TransportRequestOptions,
  TransportSubscribeOptions,
  TransportSubscription,
} from "../transports/transport.ts";

/** A subscription that is made anew on each way. */
interface Wanted {
  readonly pattern: string;
  readonly deliver: (message: TransportMessage) => unknown;
  readonly options: TransportSubscribeOptions | undefined;
  made: TransportSubscription | undefined;
}

/**
 * A transport whose way to the others changes. Without one calls wait; when it changes, requests that are under way end with
 * `TRANSPORT_LOST`, as nobody knows whether they arrived.
 */
export class SwitchTransport implements Transport {
  readonly kind = "tabs";
  readonly durability = "none";
  readonly ordering = "publisher-subject";
  readonly #wanted = new Set<Wanted>();
  #way: Transport | undefined;
  #left = new AbortController();
  #arrived = Promise.withResolvers<void>();
  readonly #broken: () => void;
  #isClosed = false;

  /** `broken` hears that the way has ended by itself. */
  constructor(broken: () => void) {
    this.#broken = broken;
  }

  /** Goes by `way` from now on; with nothing, calls wait. The way before it is closed. */
  async turn(way: Transport | undefined): Promise<void> {
    const before = this.#way;
    if (before !== undefined) {
      this.#way = undefined;
      this.#left.abort(lost());
      this.#left = new AbortController();
      this.#arrived = Promise.withResolvers();
      for (const wanted of this.#wanted) wanted.made = undefined;
      await before.close();
    }
    if (way === undefined || this.#isClosed) return;
    await Promise.all([...this.#wanted].map((wanted) => this.#make(wanted, way)));
    this.#way = way;
    this.#arrived.resolve();
  }

  async publish(message: TransportMessage): Promise<void> {
    const way = await this.#wait();
    await way.publish(message);
  }

  async subscribe(
    pattern: string,
    deliver: (message: TransportMessage) => unknown,
    options?: TransportSubscribeOptions,
  ): Promise<TransportSubscription> {
    const wanted: Wanted = { pattern, deliver, options, made: undefined };
    const way = await this.#wait();
    this.#wanted.add(wanted);
    await this.#make(wanted, way);
    return {
      unsubscribe: async () => {
        this.#wanted.delete(wanted);
        await wanted.made?.unsubscribe();
      },
    };
  }

  async *request(message: TransportMessage, options: TransportRequestOptions = {}): AsyncGenerator<TransportMessage> {
    const way = await this.#wait(options.signal);
    const left = this.#left.signal;
    const signal = options.signal === undefined ? left : AbortSignal.any([left, options.signal]);
    yield* way.request(message, { ...options, signal });
  }

  health(): TransportHealth {
    const { kind, durability, ordering } = this;
    const state = this.#isClosed ? "closed" : this.#way === undefined ? "connecting" : "up";
    return { state, kind, durability, ordering, subscriptions: this.#wanted.size, waiting: 0 };
  }

  async drain(): Promise<void> {
    await this.#way?.drain();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#arrived.resolve();
    await this.turn(undefined);
    this.#arrived.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #wait(signal?: AbortSignal): Promise<Transport> {
    while (!this.#isClosed) {
      const way = this.#way;
      if (way !== undefined && way.health().state !== "closed") return way;
      if (way !== undefined) {
        await this.turn(undefined);
        this.#broken();
      }
      await untilAborted(this.#arrived.promise, signal);
    }
    throw new PolyphonError("TRANSPORT_CLOSED", { message: "the way to the other tabs is closed." });
  }

  async #make(wanted: Wanted, way: Transport): Promise<void> {
    wanted.made = await way.subscribe(wanted.pattern, wanted.deliver, wanted.options);
  }
}

/** Waits for `settled`, unless the signal ends the wait with its reason. */
async function untilAborted(settled: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return settled;
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await Promise.race([settled, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function lost(): PolyphonError {
  return new PolyphonError("TRANSPORT_LOST", {
    message: "the tab that owned the journal is gone; another takes it over.",
  });
}
