import { PolyphonError } from "../../errors/error.ts";
import { type Delivery, type Position, readCursor, readStreamPage } from "../../wasm/codec.generated.ts";
import { Reader } from "../../wasm/msgpack.ts";
import type { Queues } from "./queues.ts";

/** Messages one look into the kernel brings. */
const PAGE = 256;

/** Messages behind a position. */
export interface StreamFind {
  readonly messages: readonly Delivery[];
  /** Number of the last one; where there is none, what the position stands behind. */
  readonly next: number;
  /** The record of one of them; `undefined`: the stream let go of it since. */
  record(delivery: Delivery): Uint8Array | undefined | Promise<Uint8Array | undefined>;
}

/** How messages are looked for. */
export interface StreamLook {
  readonly from: Position;
  /** Name of the cursor, for the refusal. */
  readonly cursor: string | undefined;
  /** Where there are none, waits for some. */
  readonly follow: boolean;
  /** Ends the wait, with none. */
  readonly signal: AbortSignal | undefined;
}

/** Where a reader finds messages, and keeps its place. */
export interface StreamSource {
  /** `CURSOR_EXPIRED` when the position is kept no more. */
  find(look: StreamLook): Promise<StreamFind>;
  /** A cursor, and the last message that was dealt with under it. */
  openCursor(name: string, from: Position): Promise<{ readonly id: number; readonly taken: number }>;
  moveCursor(cursor: number, to: Position): Promise<unknown>;
}

/** The stream as the journal of this process has it. */
export class KernelSource implements StreamSource {
  readonly #queues: Queues;
  readonly #stream: number;

  constructor(queues: Queues, stream: number) {
    this.#queues = queues;
    this.#stream = stream;
  }

  async find({ from, cursor, follow, signal }: StreamLook): Promise<StreamFind> {
    const tail = this.#queues.tail();
    const stop = (): void => tail.wake();
    signal?.addEventListener("abort", stop, { once: true });
    try {
      for (let position = from; ; ) {
        // Counted before the look: what comes in between is seen in it, or ends the wait.
        const seen = tail.frames;
        const found = await this.#look(position, cursor);
        if (found.messages.length > 0 || !follow || signal?.aborted === true) return found;
        position = after(found.next);
        await tail.past(seen);
      }
    } finally {
      signal?.removeEventListener("abort", stop);
      tail.close();
    }
  }

  async openCursor(name: string, from: Position): Promise<{ readonly id: number; readonly taken: number }> {
    const { loop } = this.#queues;
    const id = await loop.submit({ type: "OpenCursor", queue: this.#stream, name, from });
    const bytes = await loop.read((kernel) => kernel.view({ type: "Cursor", cursor: id }));
    return { id, taken: readCursor(new Reader(bytes)).taken };
  }

  moveCursor(cursor: number, to: Position): Promise<unknown> {
    return this.#queues.loop.submit({ type: "MoveCursor", cursor, to });
  }

  async #look(from: Position, cursor: string | undefined): Promise<StreamFind> {
    const { loop } = this.#queues;
    const view = { type: "StreamPage", queue: this.#stream, from, limit: PAGE, nowMs: loop.nowMs() } as const;
    const { messages, payloads, next, expired } = readStreamPage(new Reader(await loop.read((k) => k.view(view))));
    if (expired === null) return { messages, next, record: (delivery) => this.#record(payloads, delivery) };
    const position = from.type === "Number" ? from.number : 0;
    const details = { position, oldest: expired, ...(cursor === undefined ? {} : { cursor }) };
    const message = `message ${position} is kept no more, the oldest that is kept is ${expired}.`;
    throw new PolyphonError("CURSOR_EXPIRED", { message, details });
  }

  async #record(
    payloads: Parameters<Queues["load"]>[0],
    { batch, offset, bytes }: Delivery,
  ): Promise<Uint8Array | undefined> {
    const found = await this.#queues.load(payloads, batch);
    return found?.subarray(offset, offset + bytes);
  }
}

export function after(number: number): Position {
  return { type: "Number", number: number + 1 };
}
