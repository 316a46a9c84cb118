import type { GroupOptions, StreamPosition, StreamReadOptions } from "../bus/queue/options.ts";
import { readStream } from "../bus/queue/read-stream.ts";
import type {
  DurableStream,
  GroupStats,
  GroupSummary,
  StreamCursor,
  StreamGroup,
  StreamMessage,
  StreamStats,
} from "../bus/queue/stream.ts";
import type { StreamFind, StreamLook, StreamSource } from "../bus/queue/stream-source.ts";
import type { Delivery, Position } from "../wasm/codec.generated.ts";
import type { Asking } from "./asking.ts";
import type { Found, QueueRef } from "./queue-wire.ts";
import { SharedQueue } from "./shared-queue.ts";

/** A stream as every tab has it. */
export class SharedStream<T> extends SharedQueue<T> implements DurableStream<T> {
  group(name: string, options: GroupOptions = {}): StreamGroup<T> {
    const { parts } = this;
    const open = async (): Promise<QueueRef> => {
      const stream = await parts.ref;
      const id = await parts.asking.again<number>("group.open", [stream, name, options]);
      return { kind: "group", id, name, waits: false, stream };
    };
    return new SharedGroup<T>({ ...parts, name, ref: open() });
  }

  groups(): Promise<readonly GroupSummary[]> {
    return this.again("stream.groups");
  }

  read(options: StreamReadOptions = {}): AsyncIterableIterator<StreamMessage<T>, void, void> {
    const { asking, ref } = this.parts;
    const source = ref.then((stream) => new OwnersSource(asking, stream));
    source.catch(() => undefined);
    return readStream<T>(source, options);
  }

  cursors(): Promise<readonly StreamCursor[]> {
    return this.again("stream.cursors");
  }

  async seek(cursor: string, position: StreamPosition): Promise<void> {
    await this.again("stream.seek", cursor, position);
  }

  async removeCursor(cursor: string): Promise<void> {
    await this.once("stream.removeCursor", cursor);
  }

  override stats(): Promise<StreamStats> {
    return this.again("queue.stats");
  }

  /** What was published so far is what was when the owner was first asked. */
  async purge(before?: number): Promise<void> {
    await this.again("stream.purge", before ?? (await this.stats()).last + 1);
  }
}

class SharedGroup<T> extends SharedQueue<T> implements StreamGroup<T> {
  override stats(): Promise<GroupStats> {
    return this.again("queue.stats");
  }
}

/** The stream of whoever owns the journal. */
class OwnersSource implements StreamSource {
  readonly #asking: Asking;
  readonly #stream: QueueRef;

  constructor(asking: Asking, stream: QueueRef) {
    this.#asking = asking;
    this.#stream = stream;
  }

  async find({ from, cursor, follow, signal }: StreamLook): Promise<StreamFind> {
    const args = [this.#stream, { from, cursor, follow }];
    try {
      const { messages, next } = await this.#asking.again<Found>("stream.find", args, signal);
      const records = new Map(messages.map(({ delivery, record }) => [delivery, record]));
      return { messages: [...records.keys()], next, record: (delivery: Delivery) => records.get(delivery) };
    } catch (error) {
      if (signal?.aborted !== true) throw error;
      return { messages: [], next: 0, record: () => undefined };
    }
  }

  openCursor(name: string, from: Position): Promise<{ readonly id: number; readonly taken: number }> {
    return this.#asking.again("stream.openCursor", [this.#stream, name, from]);
  }

  moveCursor(cursor: number, to: Position): Promise<unknown> {
    return this.#asking.again("stream.moveCursor", [this.#stream, cursor, to]);
  }
}
