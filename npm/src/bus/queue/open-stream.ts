import { PolyphonError } from "../../errors/error.ts";
import { type GroupView, readStreamView, type StreamView } from "../../wasm/codec.generated.ts";
import { Reader } from "../../wasm/msgpack.ts";
import { OpenQueue, type OpenQueueParts, unknown } from "./open-queue.ts";
import { type GroupOptions, groupSpec, positionOf, type StreamPosition, type StreamReadOptions } from "./options.ts";
import type { Queues } from "./queues.ts";
import { readStream } from "./read-stream.ts";
import type {
  DurableStream,
  GroupStats,
  GroupSummary,
  StreamCursor,
  StreamGroup,
  StreamMessage,
  StreamStats,
} from "./stream.ts";
import { KernelSource, type StreamSource } from "./stream-source.ts";

export class OpenStream<T> extends OpenQueue<T> implements DurableStream<T> {
  readonly #queues: Queues;

  constructor(parts: OpenQueueParts) {
    super(parts);
    this.#queues = parts.queues;
  }

  group(name: string, options: GroupOptions = {}): OpenGroup<T> {
    const queues = this.#queues;
    const spec = groupSpec(name, options);
    const from = positionOf(options.from);
    const id = this.id().then((stream) => queues.loop.submit({ type: "DefineGroup", stream, spec, from }));
    id.catch(() => undefined);
    return this.groupAt(name, id);
  }

  /** The group of a number. @internal */
  groupAt(name: string, id: Promise<number>): OpenGroup<T> {
    const queues = this.#queues;
    return new OpenGroup<T>({ queues, name, id, meter: queues.meter(`${this.name}\n${name}`), waits: false }, this);
  }

  /** @internal */
  async source(): Promise<StreamSource> {
    return new KernelSource(this.#queues, await this.id());
  }

  async groups(): Promise<readonly GroupSummary[]> {
    const { groups } = await this.view();
    return groups.map(({ queue: { spec, counts }, behind }) => {
      const { acked, waiting, inFlight, dead } = counts;
      return { name: spec.name, acked, waiting, inFlight, dead, behind };
    });
  }

  read(options: StreamReadOptions = {}): AsyncIterableIterator<StreamMessage<T>, void, void> {
    return readStream<T>(this.source(), options);
  }

  async cursors(): Promise<readonly StreamCursor[]> {
    const { cursors } = await this.view();
    return cursors.map(({ name, taken, behind, isExpired }) => ({ name, position: taken, behind, isExpired }));
  }

  async seek(name: string, position: StreamPosition): Promise<void> {
    const cursor = await this.#cursor(name);
    await this.#queues.loop.submit({ type: "MoveCursor", cursor, to: positionOf(position) });
  }

  async removeCursor(name: string): Promise<void> {
    const cursor = await this.#cursor(name);
    await this.#queues.loop.submit({ type: "RemoveCursor", cursor });
  }

  override async stats(): Promise<StreamStats> {
    const [stats, { oldest, last }] = await Promise.all([super.stats(), this.view()]);
    return { ...stats, oldest, last };
  }

  async purge(before?: number): Promise<void> {
    const [queue, { last }] = await Promise.all([this.id(), this.view()]);
    const through = Math.min(before === undefined ? last : before - 1, last);
    // A command lets go of so many batches; one that lets go of nothing more is the last.
    for (let gone = -1; gone < through; ) {
      const next = await this.#queues.loop.submit({ type: "TrimStream", queue, through });
      if (next <= gone) return;
      gone = next;
    }
  }

  /** @internal */
  async view(): Promise<StreamView> {
    const queue = await this.id();
    const bytes = await this.#queues.loop.read((kernel) => kernel.view({ type: "Stream", queue }));
    if (bytes.length === 0) throw unknown(this.name);
    return readStreamView(new Reader(bytes));
  }

  async #cursor(name: string): Promise<number> {
    const { cursors } = await this.view();
    const known = cursors.find((cursor) => cursor.name === name);
    if (known !== undefined) return known.id;
    const message = `the stream ${this.name} has no cursor ${name}.`;
    throw new PolyphonError("CURSOR_UNKNOWN", { message, details: { name } });
  }
}

/** A group that was opened. */
export class OpenGroup<T> extends OpenQueue<T> implements StreamGroup<T> {
  readonly #stream: OpenStream<T>;

  constructor(parts: OpenQueueParts, stream: OpenStream<T>) {
    super(parts);
    this.#stream = stream;
  }

  override async stats(): Promise<GroupStats> {
    const [id, stats, { groups }] = await Promise.all([this.id(), super.stats(), this.#stream.view()]);
    const own = groups.find((group: GroupView) => group.id === id);
    return { ...stats, behind: own?.behind ?? 0 };
  }
}
