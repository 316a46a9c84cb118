import { PolyphonError } from "../../errors/error.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Loop } from "../../runtime/loop.ts";
import { loadPayload, type PayloadSource } from "../../runtime/payloads.ts";
import { type Effect, type Payload, readDeadLetters } from "../../wasm/codec.generated.ts";
import { Reader } from "../../wasm/msgpack.ts";
import { type Deliver, RunningConsumer } from "./consumer.ts";
import type { QueueMessage, QueueOutgoing } from "./message.ts";
import { Meter } from "./meter.ts";
import { OpenQueue, unknown } from "./open-queue.ts";
import { OpenStream } from "./open-stream.ts";
import { type QueueConsumeOptions, type QueueOptions, queueSpec, type StreamOptions, streamSpec } from "./options.ts";
import { publishOutgoing } from "./outgoing.ts";
import { PayloadCache } from "./payload-cache.ts";
import { type MessagePublisher, Publisher, type PublisherParts } from "./publisher.ts";
import type { DeadLetter, QueueConsumer, QueueHandler } from "./queue.ts";
import { readRecord } from "./record.ts";
import { Reporter } from "./reporter.ts";
import { Tail } from "./tail.ts";
import { WaitingPublisher } from "./waiting-publisher.ts";

/** Rows are erased so long after they were emptied, a few at a time: whoever waits for the commit waits for them too. */
const ERASE_AFTER_MS = 20;
const ERASED_AT_ONCE = 100;
/** Rows one command, dead letters one look may name. */
const NAMED_AT_ONCE = 1_000;

/** What queues need of the runtime around them. */
export interface QueuesParts {
  readonly loop: Loop;
  readonly clock: Clock;
  readonly source: PayloadSource;
  nextKey(): string;
}

/** The queues of a journal as this process uses them. */
export class Queues {
  readonly #parts: QueuesParts;
  readonly #cache = new PayloadCache();
  readonly #consumers = new Map<number, { readonly queue: number; readonly consumer: RunningConsumer<never> }>();
  /** Rows that are to be erased, by batch; those on their way stand with `undefined`. */
  readonly #emptied = new Map<number, string | undefined>();
  /** By name: what is opened twice is counted together. */
  readonly #meters = new Map<string, Meter>();
  readonly #blocked = new Set<WaitingPublisher>();
  /** Readers that wait for more. */
  readonly #tails = new Set<Tail>();
  #eraser: (() => void) | undefined;
  #isClosed = false;
  #lastConsumer = 0;

  constructor(parts: QueuesParts) {
    this.#parts = parts;
  }

  /** Whether somebody waits for messages. */
  get isConsuming(): boolean {
    return this.#consumers.size > 0 || this.#tails.size > 0;
  }

  open<T>(name: string, options: QueueOptions): OpenQueue<T> {
    const id = this.loop.submit({ type: "DefineQueue", spec: queueSpec(name, options) });
    return this.queueAt<T>(name, id, options.overflow === "block");
  }

  stream<T>(name: string, options: StreamOptions): OpenStream<T> {
    const id = this.loop.submit({ type: "DefineQueue", spec: streamSpec(name, options) });
    return this.streamAt<T>(name, id, options.overflow === "block");
  }

  /** The queue of a number, whose publishers wait for room or do not. */
  queueAt<T>(name: string, id: Promise<number>, waits: boolean): OpenQueue<T> {
    return new OpenQueue<T>({ queues: this, name, id, meter: this.meter(name), waits });
  }

  streamAt<T>(name: string, id: Promise<number>, waits: boolean): OpenStream<T> {
    return new OpenStream<T>({ queues: this, name, id, meter: this.meter(name), waits });
  }

  /** Does what the kernel asks for. */
  act(effect: Deliver | Extract<Effect, { type: "ErasePayloads" }>): void {
    if (effect.type === "Deliver") this.#consumers.get(effect.consumer)?.consumer.deliver(effect as never);
    else this.#emptiedRows(effect.rows);
  }

  /** The kernel was read back from the journal and knows of no consumer any more. */
  rebuilt(): void {
    for (const [id, { queue, consumer }] of this.#consumers) {
      if (!consumer.isClosed) this.#credit(queue, id, consumer.credit);
    }
  }

  /** @internal */
  get loop(): Loop {
    return this.#parts.loop;
  }

  /** A frame is durable: where publishers wait there may be room, as soon as its answers are out. */
  persisted(): void {
    for (const tail of this.#tails) tail.wake();
    if (this.#blocked.size === 0) return;
    queueMicrotask(() => {
      for (const publisher of [...this.#blocked]) publisher.retry();
    });
  }

  /** Wakes a reader with every frame, until it is let go. @internal */
  tail(): Tail {
    const tail = new Tail(this.#tails);
    if (this.#isClosed) tail.close(disposed());
    return tail;
  }

  /** @internal */
  meter(name: string): Meter {
    const known = this.#meters.get(name);
    if (known !== undefined) return known;
    const meter = new Meter(this.#parts.clock);
    this.#meters.set(name, meter);
    return meter;
  }

  /** @internal */
  publisher(queue: number, meter: Meter, waits: boolean): MessagePublisher {
    const parts = this.#publisherParts(meter);
    return waits ? new WaitingPublisher(parts, queue, this.#blocked) : new Publisher(parts, queue);
  }

  #publisherParts(meter: Meter): PublisherParts {
    const { loop, source, nextKey } = this.#parts;
    return { loop, cache: this.#cache, meter, nextKey, hash: (bytes) => source.hash(bytes) };
  }

  /** @internal */
  consume<T>(
    queue: Promise<number>,
    meter: Meter,
    handler: QueueHandler<T>,
    options: QueueConsumeOptions,
  ): QueueConsumer {
    const id = ++this.#lastConsumer;
    const reporting: { reporter?: Reporter; queue?: number } = {};
    const consumer: RunningConsumer<T> = new RunningConsumer<T>(
      {
        id,
        credit: (count) => {
          if (reporting.queue !== undefined) this.#credit(reporting.queue, id, count);
        },
        reporter: () => reporting.reporter as Reporter,
        meter,
        nowMs: () => this.loop.nowMs(),
        ackAndPublish: (message, outgoing) => this.#ackAndPublish(meter, message, outgoing),
        extend: (message, lengthMs) => this.#extend(message, lengthMs),
        load: (effect, batch) => this.load(effect.payloads, batch),
        closed: () => void this.#consumers.delete(id),
      },
      handler,
      options,
    );
    queue.then(
      (number) => {
        if (consumer.isClosed) return;
        reporting.queue = number;
        const reported = consumer.reported.bind(consumer);
        reporting.reporter = new Reporter({ loop: this.loop, meter, queue: number, reported });
        this.#consumers.set(id, { queue: number, consumer: consumer as RunningConsumer<never> });
        this.#credit(number, id, consumer.credit, options.onError);
      },
      (error: Error) => options.onError?.(error),
    );
    return consumer;
  }

  /** Numbers of the next dead letters. @internal */
  async dead(queue: number): Promise<readonly number[]> {
    const view = { type: "DeadLetters", queue, skip: 0, limit: NAMED_AT_ONCE } as const;
    const found = await this.loop.read((kernel) => kernel.view(view));
    return readDeadLetters(new Reader(found)).letters.map(({ message }) => message.message);
  }

  /** @internal */
  async deadLetters<T>(queue: number, skip: number, limit: number): Promise<readonly DeadLetter<T>[]> {
    const view = { type: "DeadLetters", queue, skip, limit } as const;
    const found = await this.loop.read((kernel) => kernel.view(view));
    const { letters, payloads } = readDeadLetters(new Reader(found));
    return Promise.all(
      letters.map(async ({ message, cause, detail, diedMs, expiresMs }) => {
        const { message: number, id, key, offset, bytes, attempt: attempts, publishedMs, origin } = message;
        const batch = await this.load(payloads, message.batch);
        const content = batch === undefined ? undefined : readRecord(batch.subarray(offset, offset + bytes));
        const value = content?.value as T;
        const headers = content?.headers ?? {};
        return { number, origin, id, key, value, headers, attempts, cause, detail, publishedMs, diedMs, expiresMs };
      }),
    );
  }

  async #ackAndPublish(
    meter: Meter,
    message: QueueMessage,
    outgoing: readonly QueueOutgoing[],
  ): Promise<readonly number[]> {
    const addressed = outgoing.map(async ({ queue, value, options }) => {
      if (!(queue instanceof OpenQueue)) throw unknown(String((queue as { name?: unknown })?.name));
      return { queue: await queue.id(), value, options };
    });
    return publishOutgoing(this.#publisherParts(meter), message, await Promise.all(addressed));
  }

  #credit(queue: number, consumer: number, credit: number, refused?: (error: Error) => void): void {
    const asker = refused === undefined ? undefined : { settle: () => undefined, fail: refused };
    this.loop.send({ type: "Consume", queue, consumer, credit }, {}, asker);
  }

  async #extend({ fence, handle: message }: QueueMessage, lengthMs: number): Promise<void> {
    await this.loop.submit({ type: "ExtendMessage", fence, message, lengthMs });
  }

  /** The bytes of a batch: at once when they are at hand, `undefined` when they were erased. @internal */
  load(payloads: Deliver["payloads"], batch: number): Uint8Array | Promise<Uint8Array | undefined> {
    const cached = this.#cache.get(batch);
    if (cached !== undefined) return cached;
    const payload = payloads.find(([known]) => known === batch)?.[1];
    if (payload === undefined) return Promise.resolve(undefined);
    return payload.type === "Inline" ? payload.bytes : this.#read(batch, payload);
  }

  async #read(batch: number, payload: Extract<Payload, { type: "Ref" }>): Promise<Uint8Array | undefined> {
    const bytes = await loadPayload(payload, this.#parts.source);
    if (bytes !== undefined) this.#cache.put(batch, bytes);
    return bytes;
  }

  /** Nothing is erased any more; what was to be is asked for again when the journal is opened. */
  close(error: PolyphonError): void {
    this.#isClosed = true;
    this.#eraser?.();
    for (const publisher of [...this.#blocked]) publisher.close(error);
    for (const tail of [...this.#tails]) tail.close(error);
  }

  #emptiedRows(rows: readonly (readonly [number, string])[]): void {
    for (const [batch, key] of rows) {
      if (this.#emptied.has(batch)) continue;
      this.#emptied.set(batch, key);
      this.#cache.drop(batch);
    }
    this.#eraseSoon();
  }

  #eraseSoon(): void {
    if (this.#isClosed || this.#eraser !== undefined || this.#emptied.size === 0) return;
    this.#eraser = this.#parts.clock.after(ERASE_AFTER_MS, () => this.#erase(), { background: true });
  }

  /** The journal is told that rows are erased, and they are gone with the same commit. */
  #erase(): void {
    this.#eraser = undefined;
    const rows: [number, string][] = [];
    // More where they come faster than that.
    const most = Math.min(Math.max(ERASED_AT_ONCE, this.#emptied.size >> 3), NAMED_AT_ONCE);
    for (const [batch, key] of this.#emptied) {
      if (key !== undefined) rows.push([batch, key]);
      if (rows.length === most) break;
    }
    for (const [batch] of rows) this.#emptied.set(batch, undefined);
    const batches = rows.map(([batch]) => batch);
    const drop = rows.map(([, key]) => key);
    // What was not written is asked for again when the journal is read back.
    const over = (): void => {
      for (const batch of batches) this.#emptied.delete(batch);
      this.#eraseSoon();
    };
    const taken = { command: { type: "FinishErasure", batches }, options: { drop } } as const;
    this.loop.grow({ seal: () => taken, settle: over, fail: over });
  }
}

function disposed(): PolyphonError {
  return new PolyphonError("RUNTIME_DISPOSED", { message: "the team was closed." });
}
