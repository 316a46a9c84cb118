import { PolyphonError } from "../../errors/error.ts";
import { type Payload, readQueue, readScheduleList } from "../../wasm/codec.generated.ts";
import { Reader } from "../../wasm/msgpack.ts";
import type { Meter } from "./meter.ts";
import { draftOf, type QueueConsumeOptions, type QueuePublishOptions, type QueueScheduleOptions } from "./options.ts";
import { INLINE_BYTES } from "./payload.ts";
import type { MessagePublisher } from "./publisher.ts";
import type { DeadLetter, Queue, QueueConsumer, QueueHandler, QueueSchedule, QueueStats } from "./queue.ts";
import type { Queues } from "./queues.ts";
import { RecordWriter } from "./record.ts";

/** Dead letters one command may name. */
const NAMED_AT_ONCE = 1_000;

/** What a queue that was opened is made of. */
export interface OpenQueueParts {
  readonly queues: Queues;
  readonly name: string;
  /** Its number, once it is durable. */
  readonly id: Promise<number>;
  readonly meter: Meter;
  /** Its publishers wait for room. */
  readonly waits: boolean;
}

export class OpenQueue<T> implements Queue<T> {
  readonly name: string;
  readonly #queues: Queues;
  readonly #id: Promise<number>;
  readonly #meter: Meter;
  readonly #waits: boolean;
  #publisher: MessagePublisher | undefined;

  constructor({ queues, name, id, meter, waits }: OpenQueueParts) {
    this.name = name;
    this.#queues = queues;
    this.#meter = meter;
    this.#waits = waits;
    this.#id = id;
    this.#id.then(
      (id) => this.#publisherOf(id),
      () => undefined,
    );
  }

  get ready(): Promise<void> {
    return this.#id.then(() => undefined);
  }

  /** @internal */
  id(): Promise<number> {
    return this.#id;
  }

  publish(value: T, options?: QueuePublishOptions): Promise<number> {
    const publisher = this.#publisher;
    if (publisher === undefined) return this.#publishLater(value, options);
    try {
      return publisher.publish(value, options);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  consume(handler: QueueHandler<T>, options: QueueConsumeOptions = {}): QueueConsumer {
    return this.#queues.consume(this.#id, this.#meter, handler, options);
  }

  async stats(): Promise<QueueStats> {
    const queue = await this.#id;
    const bytes = await this.#queues.loop.read((kernel) => kernel.view({ type: "Queue", queue }));
    if (bytes.length === 0) throw unknown(this.name);
    return { ...readQueue(new Reader(bytes)).counts, ...this.#meter.traffic() };
  }

  async deadLetters(
    options: { readonly skip?: number; readonly limit?: number } = {},
  ): Promise<readonly DeadLetter<T>[]> {
    return this.#queues.deadLetters(await this.#id, options.skip ?? 0, options.limit ?? 100);
  }

  redrive(numbers: readonly number[] | "all"): Promise<number> {
    return this.#tidy("RedriveMessages", numbers);
  }

  discard(numbers: readonly number[] | "all"): Promise<number> {
    return this.#tidy("DiscardMessages", numbers);
  }

  async schedule(name: string, cron: string, value: T, options: QueueScheduleOptions = {}): Promise<void> {
    const queue = await this.#id;
    const writer = new RecordWriter();
    const { bytes, priority, ttlMs, key } = draftOf(writer.write(value, options.headers), options);
    if (bytes > INLINE_BYTES) {
      const message = `the message of a schedule has at most ${INLINE_BYTES} bytes, this one ${bytes}.`;
      throw new PolyphonError("SCHEDULE_INVALID", { message, details: { name } });
    }
    const payload: Payload = { type: "Inline", bytes: writer.take() };
    await this.#queues.loop.submit({ type: "SetSchedule", spec: { queue, name, cron, payload, priority, ttlMs, key } });
  }

  async unschedule(name: string): Promise<void> {
    const queue = await this.#id;
    await this.#queues.loop.submit({ type: "RemoveSchedule", queue, name });
  }

  async schedules(): Promise<readonly QueueSchedule[]> {
    const queue = await this.#id;
    const bytes = await this.#queues.loop.read((kernel) => kernel.view({ type: "Schedules", queue }));
    return readScheduleList(new Reader(bytes)).schedules.map(({ spec, dueMs, published, skipped }) => {
      return { name: spec.name, cron: spec.cron, nextMs: dueMs, published, skipped };
    });
  }

  /** Names dead letters, in as many commands as it takes; answers how many there were. */
  async #tidy(type: "RedriveMessages" | "DiscardMessages", numbers: readonly number[] | "all"): Promise<number> {
    const queue = await this.#id;
    const { loop } = this.#queues;
    let count = 0;
    for (;;) {
      const messages = numbers === "all" ? await this.#queues.dead(queue) : numbers.slice(count, count + NAMED_AT_ONCE);
      if (messages.length === 0 && (numbers === "all" || count > 0)) return count;
      await loop.submit({ type, queue, messages });
      count += messages.length;
    }
  }

  async remove(): Promise<void> {
    const queue = await this.#id;
    await this.#queues.loop.submit({ type: "RemoveQueue", queue });
  }

  async #publishLater(value: T, options: QueuePublishOptions | undefined): Promise<number> {
    const id = await this.#id;
    return this.#publisherOf(id).publish(value, options);
  }

  #publisherOf(id: number): MessagePublisher {
    this.#publisher ??= this.#queues.publisher(id, this.#meter, this.#waits);
    return this.#publisher;
  }
}

export function unknown(name: string): PolyphonError {
  return new PolyphonError("QUEUE_UNKNOWN", { message: `the queue ${name} was removed.`, details: { name } });
}
