import { type OpenQueue, unknown } from "../bus/queue/open-queue.ts";
import type { OpenGroup, OpenStream } from "../bus/queue/open-stream.ts";
import type { GroupOptions, QueueOptions, QueueOutgoingOptions, StreamOptions } from "../bus/queue/options.ts";
import type { Queues } from "../bus/queue/queues.ts";
import type { Carried, Consuming, Found, Handed, HeldRef, Look, Outcome, QueueRef } from "./queue-wire.ts";
import { givenBack, TabConsumer } from "./tab-consumer.ts";

/** Bytes of messages a reader is sent at once, about. */
const PAGE_BYTES = 1 << 20;

/** The queues of the owner's journal as tabs use them. */
export class ServedQueues {
  readonly #queues: () => Queues;
  readonly #known = new Map<number, OpenQueue<unknown>>();
  readonly #consumers = new Map<string, TabConsumer>();

  /** `queues` throws when the team is closed. */
  constructor(queues: () => Queues) {
    this.#queues = queues;
  }

  async open(name: string, options: QueueOptions): Promise<number> {
    return this.#keep(this.#queues().open(name, options));
  }

  async stream(name: string, options: StreamOptions): Promise<number> {
    return this.#keep(this.#queues().stream(name, options));
  }

  async group(stream: QueueRef, name: string, options: GroupOptions): Promise<number> {
    return this.#keep(this.streamOf(stream).group(name, options));
  }

  /** What a tab names; the same object for all of them, so that publishers that wait do so in one line. */
  of(ref: QueueRef): OpenQueue<unknown> {
    const known = this.#known.get(ref.id);
    if (known !== undefined) return known;
    const made = this.#make(ref);
    this.#known.set(ref.id, made);
    return made;
  }

  streamOf(ref: QueueRef): OpenStream<unknown> {
    return this.of(ref) as OpenStream<unknown>;
  }

  async remove(ref: QueueRef): Promise<void> {
    await this.of(ref).remove();
    this.#known.delete(ref.id);
  }

  /** Messages for a tab, until it leaves or is gone. */
  async *consume(wanted: Consuming, signal: AbortSignal): AsyncGenerator<readonly Handed[], void> {
    const { tab, key, queue, concurrency } = wanted;
    const consumer = new TabConsumer(tab, this.of(queue), concurrency);
    this.#consumers.set(key, consumer);
    try {
      yield* consumer.handed(signal);
    } finally {
      this.#consumers.delete(key);
    }
  }

  async report(ref: HeldRef, outcome: Outcome): Promise<void> {
    await this.#consumer(ref).report(ref, outcome);
  }

  async extend(ref: HeldRef, lengthMs: number): Promise<void> {
    await this.#consumer(ref).message(ref).extend(lengthMs);
  }

  async ackAndPublish(
    ref: HeldRef,
    outgoing: readonly { readonly queue: QueueRef; readonly value: unknown; readonly options?: QueueOutgoingOptions }[],
  ): Promise<readonly number[]> {
    const consumer = this.#consumer(ref);
    const addressed = outgoing.map(({ queue, ...rest }) => ({ ...rest, queue: this.of(queue) }));
    const message = consumer.message(ref);
    try {
      return await message.ackAndPublish(addressed);
    } finally {
      if (message.isSettled) consumer.ended(ref);
    }
  }

  async leave(key: string): Promise<void> {
    await this.#consumers.get(key)?.leave();
  }

  async find(ref: QueueRef, { from, cursor, follow }: Look, signal: AbortSignal): Promise<Found> {
    const source = await this.streamOf(ref).source();
    const found = await source.find({ from, cursor, follow, signal });
    const messages: Carried[] = [];
    let bytes = 0;
    for (const delivery of found.messages) {
      const record = await found.record(delivery);
      // The reader looks there again: for what it has no room for, or to be told that it is kept no more.
      if (record === undefined || (bytes > 0 && bytes + record.length > PAGE_BYTES)) {
        return { messages, next: delivery.message - 1 };
      }
      bytes += record.length;
      messages.push({ delivery, record: record.slice() });
    }
    return { messages, next: found.next };
  }

  /** A tab is gone: others get what its consumers held. */
  gone(tab: string): void {
    for (const consumer of this.#consumers.values()) if (consumer.tab === tab) consumer.giveBack();
  }

  #consumer({ key }: HeldRef): TabConsumer {
    const consumer = this.#consumers.get(key);
    if (consumer === undefined) throw givenBack();
    return consumer;
  }

  async #keep(queue: OpenQueue<unknown>): Promise<number> {
    const id = await queue.id();
    this.#known.set(id, queue);
    return id;
  }

  #make({ kind, name, id, waits, stream }: QueueRef): OpenQueue<unknown> | OpenGroup<unknown> {
    const number = Promise.resolve(id);
    if (kind === "queue") return this.#queues().queueAt(name, number, waits);
    if (kind === "stream") return this.#queues().streamAt(name, number, waits);
    if (stream === undefined) throw unknown(name);
    return this.streamOf(stream).groupAt(name, number);
  }
}
