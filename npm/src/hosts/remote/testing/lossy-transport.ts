import { PolyphonError } from "../../../errors/error.ts";
import type {
  Transport,
  TransportHealth,
  TransportMessage,
  TransportRequestOptions,
  TransportSubscribeOptions,
  TransportSubscription,
} from "../../../transports/transport.ts";

/** A transport whose connection tests cut and mend. What is under way is lost, as with a server that forgot the session. */
export class LossyTransport implements Transport {
  readonly kind = "lossy";
  readonly durability = "none";
  readonly ordering = "publisher-subject";
  readonly #inner: Transport;
  readonly #source: string;
  #cut = new AbortController();

  /** What passes through carries `source`, as a door that knows its visitor would say. */
  constructor(inner: Transport, source: string) {
    this.#inner = inner;
    this.#source = source;
  }

  cut(): void {
    this.#cut.abort(lost());
  }

  mend(): void {
    this.#cut = new AbortController();
  }

  async publish(message: TransportMessage): Promise<void> {
    this.#cut.signal.throwIfAborted();
    await this.#inner.publish(this.#sent(message));
  }

  subscribe(
    pattern: string,
    deliver: (message: TransportMessage) => unknown,
    options?: TransportSubscribeOptions,
  ): Promise<TransportSubscription> {
    return this.#inner.subscribe(pattern, deliver, options);
  }

  async *request(message: TransportMessage, options: TransportRequestOptions = {}): AsyncIterable<TransportMessage> {
    const cut = this.#cut.signal;
    cut.throwIfAborted();
    const signal = options.signal === undefined ? cut : AbortSignal.any([cut, options.signal]);
    for await (const answer of this.#inner.request(this.#sent(message), { ...options, signal })) {
      cut.throwIfAborted();
      yield answer;
    }
  }

  health(): TransportHealth {
    return this.#inner.health();
  }

  drain(): Promise<void> {
    return this.#inner.drain();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #sent(message: TransportMessage): TransportMessage {
    const { id, kind, subject, timestampMs, priority, correlationId, causationId, replyTo, ttlMs } = message;
    const { trace, headers, schema, payload } = message;
    const copied = { id, kind, subject, timestampMs, priority, correlationId, causationId, replyTo, ttlMs };
    // A copy, as a connection would bring it over.
    const plain = structuredClone(payload);
    return { ...copied, source: this.#source, trace, headers, schema, payload: plain };
  }
}

function lost(): PolyphonError {
  return new PolyphonError("TRANSPORT_LOST", { message: "the connection was cut." });
}
