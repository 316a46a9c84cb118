import { PolyphonError } from "../../errors/error.ts";
import {
  type Delivery,
  type Position,
  readCursor,
  readStreamPage,
  type StreamPage,
} from "../../wasm/codec.generated.ts";
import { Reader } from "../../wasm/msgpack.ts";
import { positionOf, type StreamReadOptions } from "./options.ts";
import type { Queues } from "./queues.ts";
import { LazyContent } from "./record.ts";
import { NOT_WRITTEN } from "./reporter.ts";
import type { StreamMessage } from "./stream.ts";

/** Messages one look into the kernel brings. */
const PAGE = 256;

/** Reads a stream from a position on, page by page. */
export async function* readStream<T>(
  queues: Queues,
  stream: Promise<number>,
  { cursor: name, from, follow = true, signal }: StreamReadOptions,
): AsyncGenerator<StreamMessage<T>, void, void> {
  const queue = await stream;
  const cursor = name === undefined ? undefined : await openCursor(queues, queue, name, positionOf(from));
  let position: Position = cursor === undefined ? positionOf(from) : after(cursor.taken);
  const tail = queues.tail();
  const stop = (): void => tail.wake();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    while (!isAborted(signal)) {
      // Counted before the look: what comes in between is seen in it, or ends the wait.
      const seen = tail.frames;
      const { messages, payloads, next } = await page(queues, queue, position, name);
      position = after(next);
      for (const delivery of messages) {
        const batch = await queues.load(payloads, delivery.batch);
        // The stream let go of it since; the next look says so.
        if (batch === undefined) {
          position = { type: "Number", number: delivery.message };
          break;
        }
        yield new Found<T>(delivery, batch.subarray(delivery.offset, delivery.offset + delivery.bytes), cursor);
        cursor?.passed(delivery.message);
        if (isAborted(signal)) return;
      }
      if (messages.length > 0) continue;
      if (!follow) return;
      await tail.past(seen);
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    tail.close();
    await cursor?.settled();
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

async function page(queues: Queues, queue: number, from: Position, cursor: string | undefined): Promise<StreamPage> {
  const view = { type: "StreamPage", queue, from, limit: PAGE, nowMs: queues.loop.nowMs() } as const;
  const found = readStreamPage(new Reader(await queues.loop.read((kernel) => kernel.view(view))));
  if (found.expired === null) return found;
  const position = from.type === "Number" ? from.number : 0;
  const details = { position, oldest: found.expired, ...(cursor === undefined ? {} : { cursor }) };
  const message = `message ${position} is kept no more, the oldest that is kept is ${found.expired}.`;
  throw new PolyphonError("CURSOR_EXPIRED", { message, details });
}

function after(number: number): Position {
  return { type: "Number", number: number + 1 };
}

async function openCursor(queues: Queues, queue: number, name: string, from: Position): Promise<KeptCursor> {
  const cursor = await queues.loop.submit({ type: "OpenCursor", queue, name, from });
  const bytes = await queues.loop.read((kernel) => kernel.view({ type: "Cursor", cursor }));
  return new KeptCursor(queues, cursor, readCursor(new Reader(bytes)).taken);
}

/** Writes down how far a reader is: one command on its way, and the place of then in the next. */
class KeptCursor {
  readonly #queues: Queues;
  readonly #id: number;
  readonly taken: number;
  #at: number;
  #written: number;
  #writing: Promise<void> | undefined;
  #error: unknown;

  constructor(queues: Queues, id: number, taken: number) {
    this.#queues = queues;
    this.#id = id;
    this.taken = taken;
    this.#at = taken;
    this.#written = taken;
  }

  /** The message of this number was dealt with. Throws what became of an earlier place. */
  passed(number: number): void {
    this.#at = Math.max(this.#at, number);
    const error = this.#error;
    this.#error = undefined;
    if (error !== undefined && !isNotWritten(error)) throw error;
    this.#writing ??= this.#write();
  }

  /** Resolves once the last place is durable. What the store could not write is tried once more. */
  async settled(): Promise<void> {
    await this.#writing;
    if (isNotWritten(this.#error)) await this.#write();
    const error = this.#error;
    this.#error = undefined;
    if (error !== undefined) throw error;
  }

  async #write(): Promise<void> {
    this.#error = undefined;
    try {
      while (this.#written < this.#at) {
        const at = this.#at;
        await this.#queues.loop.submit({ type: "MoveCursor", cursor: this.#id, to: after(at) });
        this.#written = at;
      }
    } catch (error) {
      this.#error = error;
    }
    this.#writing = undefined;
  }
}

function isNotWritten(error: unknown): boolean {
  return error instanceof PolyphonError && NOT_WRITTEN.has(error.code);
}

class Found<T> implements StreamMessage<T> {
  readonly number: number;
  readonly id: string | null;
  readonly key: string | null;
  readonly priority: "low" | "medium" | "high" | "critical";
  readonly publishedMs: number;
  readonly #content: LazyContent;
  readonly #cursor: KeptCursor | undefined;

  constructor(
    { message, id, key, priority, publishedMs }: Delivery,
    record: Uint8Array,
    cursor: KeptCursor | undefined,
  ) {
    this.#cursor = cursor;
    this.number = message;
    this.id = id;
    this.key = key;
    this.priority = priority;
    this.publishedMs = publishedMs;
    this.#content = new LazyContent(record);
  }

  get value(): T {
    return this.#content.value as T;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#content.headers;
  }

  async ack(): Promise<void> {
    this.#cursor?.passed(this.number);
    await this.#cursor?.settled();
  }
}
