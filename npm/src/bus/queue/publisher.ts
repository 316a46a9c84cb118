import type { PolyphonError } from "../../errors/error.ts";
import type { Loop } from "../../runtime/loop.ts";
import type { Growing, Taken } from "../../runtime/waiting.ts";
import type { Draft, Part } from "../../wasm/codec.generated.ts";
import type { Meter } from "./meter.ts";
import { draftOf, type QueuePublishOptions } from "./options.ts";
import { outcomeOf } from "./outcome.ts";
import { INLINE_BYTES, payloadOf, type RowParts } from "./payload.ts";
import type { PayloadCache } from "./payload-cache.ts";
import { RecordWriter } from "./record.ts";

/** Messages and bytes one command carries at most. */
export const BATCH_MESSAGES: number = 500;
export const BATCH_BYTES: number = 256 * 1024;

/** What publishing needs. */
export interface PublisherParts extends RowParts {
  readonly loop: Loop;
  readonly cache: PayloadCache;
  readonly meter: Meter;
}

/** Brings messages into a queue. */
export interface MessagePublisher {
  /**
   * Resolves with the number of the message once it is durable. Throws `BUS_BACKPRESSURE` when as much waits as may, and
   * `PAYLOAD_INVALID`.
   */
  publish(value: unknown, options: QueuePublishOptions | undefined): Promise<number>;
}

/** Gathers what is published in a turn: one command, one event and one row of payloads for many messages. */
export class Publisher implements MessagePublisher {
  readonly #parts: PublisherParts;
  readonly #queue: number;
  readonly #writer = new RecordWriter();
  #batch: Batch | undefined;

  constructor(parts: PublisherParts, queue: number) {
    this.#parts = parts;
    this.#queue = queue;
  }

  publish(value: unknown, options: QueuePublishOptions | undefined): Promise<number> {
    const bytes = this.#write(value, options);
    const batch = this.#open();
    const { drafts, waiting } = batch;
    drafts.push(draftOf(bytes, options));
    const published = new Promise<number>((settle, fail) => {
      waiting.push(settle, fail);
    });
    if (drafts.length >= BATCH_MESSAGES || this.#writer.length >= BATCH_BYTES) batch.close();
    return published;
  }

  #write(value: unknown, options: QueuePublishOptions | undefined): number {
    const bytes = this.#writer.write(value, options?.headers);
    try {
      this.#parts.loop.room.enter(bytes);
    } catch (error) {
      this.#writer.undo(bytes);
      throw error;
    }
    return bytes;
  }

  /** The batch that grows, with the record that was just written as its next. */
  #open(): Batch {
    if (this.#batch !== undefined) return this.#batch;
    const batch = new Batch(this.#parts, this.#queue, () => {
      this.#batch = undefined;
      return this.#writer.take();
    });
    this.#batch = batch;
    // After the first message is in it: a loop that has stopped refuses at once.
    queueMicrotask(() => this.#parts.loop.grow(batch));
    return batch;
  }
}

/** Messages on their way into the journal together. */
class Batch implements Growing {
  readonly drafts: Draft[] = [];
  /** Of each message in turn, whom to tell that it is there and that it is not. */
  readonly waiting: (((number: number) => void) | ((error: Error) => void))[] = [];
  readonly #parts: PublisherParts;
  readonly #queue: number;
  readonly #take: () => Uint8Array;
  readonly #sinceMs: number;
  #bytes: Uint8Array | undefined;
  #taken: Taken | undefined;

  constructor(parts: PublisherParts, queue: number, take: () => Uint8Array) {
    this.#parts = parts;
    this.#queue = queue;
    this.#take = take;
    this.#sinceMs = parts.meter.nowMs();
  }

  /** Takes no more messages. */
  close(): void {
    this.#bytes ??= this.#take();
  }

  seal(): Taken {
    if (this.#taken !== undefined) return this.#taken;
    this.close();
    const bytes = this.#bytes as Uint8Array;
    const { payload, rows } = payloadOf(this.#parts, bytes);
    const queue = this.#queue;
    this.#taken = {
      command: { type: "PublishMessages", queue, payload, messages: this.drafts },
      options: { rows, owner: queue },
    };
    return this.#taken;
  }

  settle(first: number, parts: readonly Part[]): void {
    const { waiting, drafts } = this;
    this.#leave();
    if (this.#bytes !== undefined && this.#bytes.length > INLINE_BYTES && first > 0) {
      this.#parts.cache.put(first, this.#bytes);
    }
    let number = first;
    let next = 0;
    let refused = 0;
    for (let index = 0; index < drafts.length; index++) {
      const part = parts[next];
      if (part?.index === index) {
        next++;
        const outcome = outcomeOf(part.outcome);
        if (outcome instanceof Error) {
          refused++;
          (waiting[2 * index + 1] as (error: Error) => void)(outcome);
        } else (waiting[2 * index] as (number: number) => void)(outcome);
      } else {
        (waiting[2 * index] as (number: number) => void)(number++);
      }
    }
    this.#parts.meter.refused += refused;
    this.#parts.meter.published(drafts.length - refused, this.#sinceMs);
  }

  fail(error: PolyphonError | Error): void {
    this.close();
    this.#leave();
    this.#parts.meter.refused += this.drafts.length;
    for (let index = 1; index < this.waiting.length; index += 2) (this.waiting[index] as (error: Error) => void)(error);
  }

  /** It waits for the disk no more. */
  #leave(): void {
    this.#parts.loop.room.leave(this.#bytes?.length ?? 0);
  }
}
