import { PolyphonError } from "../../errors/error.ts";
import type { Delivery, Position } from "../../wasm/codec.generated.ts";
import { positionOf, type StreamReadOptions } from "./options.ts";
import { LazyContent } from "./record.ts";
import { NOT_WRITTEN } from "./reporter.ts";
import type { StreamMessage } from "./stream.ts";
import { after, type StreamSource } from "./stream-source.ts";

/** Reads a stream from a position on, page by page. */
export async function* readStream<T>(
  found: Promise<StreamSource>,
  { cursor: name, from, follow = true, signal }: StreamReadOptions,
): AsyncGenerator<StreamMessage<T>, void, void> {
  const source = await found;
  const cursor = name === undefined ? undefined : await KeptCursor.open(source, name, positionOf(from));
  let position: Position = cursor === undefined ? positionOf(from) : after(cursor.taken);
  try {
    while (!isAborted(signal)) {
      const page = await source.find({ from: position, cursor: name, follow, signal });
      position = after(page.next);
      for (const delivery of page.messages) {
        const record = await page.record(delivery);
        // The stream let go of it since; the next look says so.
        if (record === undefined) {
          position = { type: "Number", number: delivery.message };
          break;
        }
        yield new Found<T>(delivery, record, cursor);
        cursor?.passed(delivery.message);
        if (isAborted(signal)) return;
      }
      if (page.messages.length === 0 && !follow) return;
    }
  } finally {
    await cursor?.settled();
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** Writes down how far a reader is: one command on its way, and the place of then in the next. */
class KeptCursor {
  readonly #source: StreamSource;
  readonly #id: number;
  readonly taken: number;
  #at: number;
  #written: number;
  #writing: Promise<void> | undefined;
  #error: unknown;

  static async open(source: StreamSource, name: string, from: Position): Promise<KeptCursor> {
    const { id, taken } = await source.openCursor(name, from);
    return new KeptCursor(source, id, taken);
  }

  private constructor(source: StreamSource, id: number, taken: number) {
    this.#source = source;
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
        await this.#source.moveCursor(this.#id, after(at));
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
