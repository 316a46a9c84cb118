import type { PolyphonError } from "../../errors/error.ts";
import type { Growing, Loop, Taken } from "../../runtime/loop.ts";
import type { DraftRow } from "../../runtime/payloads.ts";
import type { Draft, Part, Payload } from "../../wasm/codec.generated.ts";
import type { QueuePublishOptions } from "./options.ts";
import { outcomeOf } from "./outcome.ts";
import type { PayloadCache } from "./payload-cache.ts";
import { RecordWriter } from "./record.ts";

/** Messages and bytes one command carries at most. */
const BATCH_MESSAGES = 500;
const BATCH_BYTES = 256 * 1024;
/** Bytes that may stand in an event. */
const INLINE_BYTES = 256;

/** What publishing needs. */
export interface PublisherParts {
  readonly loop: Loop;
  readonly cache: PayloadCache;
  /** A key for a row of payloads, unique in the journal. */
  nextKey(): string;
  hash(bytes: Uint8Array): Uint8Array;
}

/** Gathers what is published in a turn: one command, one event and one row of payloads for many messages. */
export class Publisher {
  readonly #parts: PublisherParts;
  readonly #queue: number;
  readonly #writer = new RecordWriter();
  #batch: Batch | undefined;

  constructor(parts: PublisherParts, queue: number) {
    this.#parts = parts;
    this.#queue = queue;
  }

  /**
   * Resolves with the number of the message once it is durable. Throws `BUS_BACKPRESSURE` when as much waits for the disk
   * as may, and `PAYLOAD_INVALID`.
   */
  publish(value: unknown, options: QueuePublishOptions | undefined): Promise<number> {
    const bytes = this.#write(value, options);
    const batch = this.#open();
    const { drafts, waiting } = batch;
    drafts.push({
      bytes,
      priority: options?.priority ?? "medium",
      delayMs: options?.delayMs ?? 0,
      ttlMs: options?.ttlMs ?? null,
      id: options?.id ?? null,
      key: options?.key ?? null,
    });
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
  #bytes: Uint8Array | undefined;
  #taken: Taken | undefined;

  constructor(parts: PublisherParts, queue: number, take: () => Uint8Array) {
    this.#parts = parts;
    this.#queue = queue;
    this.#take = take;
  }

  /** Takes no more messages. */
  close(): void {
    this.#bytes ??= this.#take();
  }

  seal(): Taken {
    if (this.#taken !== undefined) return this.#taken;
    this.close();
    const bytes = this.#bytes as Uint8Array;
    const rows: DraftRow[] = [];
    const payload = this.#payload(bytes, rows);
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
    for (let index = 0; index < drafts.length; index++) {
      const part = parts[next];
      if (part?.index === index) {
        next++;
        const outcome = outcomeOf(part.outcome);
        if (outcome instanceof Error) (waiting[2 * index + 1] as (error: Error) => void)(outcome);
        else (waiting[2 * index] as (number: number) => void)(outcome);
      } else {
        (waiting[2 * index] as (number: number) => void)(number++);
      }
    }
  }

  fail(error: PolyphonError | Error): void {
    this.close();
    this.#leave();
    for (let index = 1; index < this.waiting.length; index += 2) (this.waiting[index] as (error: Error) => void)(error);
  }

  /** It waits for the disk no more. */
  #leave(): void {
    this.#parts.loop.room.leave(this.#bytes?.length ?? 0);
  }

  #payload(bytes: Uint8Array, rows: DraftRow[]): Payload {
    if (bytes.length <= INLINE_BYTES) return { type: "Inline", bytes };
    const key = this.#parts.nextKey();
    rows.push({ key, bytes });
    return { type: "Ref", hash: this.#parts.hash(bytes), bytes: bytes.length, key };
  }
}
