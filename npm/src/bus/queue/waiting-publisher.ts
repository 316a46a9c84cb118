import { PolyphonError } from "../../errors/error.ts";
import { Room } from "../../runtime/room.ts";
import type { Growing, Taken } from "../../runtime/waiting.ts";
import type { Draft, Part } from "../../wasm/codec.generated.ts";
import { draftOf, type QueuePublishOptions } from "./options.ts";
import { outcomeOf } from "./outcome.ts";
import { payloadOf } from "./payload.ts";
import { BATCH_BYTES, BATCH_MESSAGES, type MessagePublisher, type PublisherParts } from "./publisher.ts";
import { RecordWriter } from "./record.ts";

/** A message that waits to be published. */
interface Entry {
  readonly draft: Draft;
  readonly record: Uint8Array;
  readonly sinceMs: number;
  settle(number: number): void;
  fail(error: Error): void;
  /** Why nobody waits for it any more. */
  aborted?: Error;
  release(): void;
}

/**
 * Publishes to a queue that blocks: what it has no room for waits here, in order, until a commit may have made some. One
 * command is on its way at a time, so that nothing passes what was refused.
 */
export class WaitingPublisher implements MessagePublisher {
  readonly #parts: PublisherParts;
  readonly #queue: number;
  readonly #blocked: Set<WaitingPublisher>;
  readonly #writer = new RecordWriter();
  /** Bytes that wait here; beyond, publishers are refused as for a disk that is slow. */
  readonly #room = new Room();
  #entries: Entry[] = [];
  /** How many of the first of them are on their way. */
  #taken = 0;
  #isScheduled = false;

  /** It is among the `blocked` as long as the queue is full. */
  constructor(parts: PublisherParts, queue: number, blocked: Set<WaitingPublisher>) {
    this.#parts = parts;
    this.#blocked = blocked;
    this.#queue = queue;
  }

  publish(value: unknown, options: QueuePublishOptions | undefined): Promise<number> {
    const signal = options?.signal;
    if (signal?.aborted) return Promise.reject(signal.reason);
    const bytes = this.#writer.write(value, options?.headers);
    const record = this.#writer.take();
    this.#room.enter(bytes);
    return new Promise((settle, fail) => {
      const abort = (): void => this.#abort(entry, signal?.reason);
      const release = (): void => signal?.removeEventListener("abort", abort);
      const sinceMs = this.#parts.meter.nowMs();
      const entry: Entry = { draft: draftOf(bytes, options), record, sinceMs, settle, fail, release };
      signal?.addEventListener("abort", abort, { once: true });
      this.#entries.push(entry);
      this.#flushSoon();
    });
  }

  /** Something became durable, which may have made room. */
  retry(): void {
    this.#blocked.delete(this);
    this.#flushSoon();
  }

  /** Nobody will make room any more. */
  close(error: PolyphonError): void {
    this.#blocked.delete(this);
    const left = this.#entries.splice(this.#taken);
    for (const entry of left) this.#end(entry).fail(error);
  }

  /** Once those who publish in this turn have done so. */
  #flushSoon(): void {
    if (this.#isScheduled || this.#blocked.has(this) || this.#taken > 0 || this.#entries.length === 0) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    let bytes = 0;
    for (const { record } of this.#entries) {
      if (this.#taken >= BATCH_MESSAGES || (this.#taken > 0 && bytes + record.length > BATCH_BYTES)) break;
      bytes += record.length;
      this.#taken++;
    }
    if (this.#taken === 0) return;
    const entries = this.#entries.slice(0, this.#taken);
    this.#parts.loop.grow(this.#batch(entries, bytes));
  }

  #batch(entries: readonly Entry[], length: number): Growing {
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const { record } of entries) {
      bytes.set(record, at);
      at += record.length;
    }
    const queue = this.#queue;
    const { payload, rows } = payloadOf(this.#parts, bytes);
    const command = { type: "PublishMessages", queue, payload, messages: entries.map(({ draft }) => draft) } as const;
    const taken: Taken = { command, options: { rows, owner: queue } };
    return {
      seal: () => taken,
      settle: (first, parts) => this.#settled(entries, first, parts),
      fail: (error) => this.#failed(entries, error),
    };
  }

  #settled(entries: readonly Entry[], first: number, parts: readonly Part[]): void {
    const others = new Map(parts.map(({ index, outcome }) => [index, outcomeOf(outcome)]));
    let number = first;
    this.#back(entries.map((entry, index) => [entry, others.get(index) ?? number++]));
  }

  /** A command for one message alone is refused with it. */
  #failed(entries: readonly Entry[], error: Error): void {
    this.#back(entries.map((entry) => [entry, error]));
  }

  /** What was on its way is back, with the number or error of each: what found no room waits on, before all others. */
  #back(fates: readonly (readonly [Entry, number | Error])[]): void {
    const left = fates.filter(([{ aborted }, fate]) => aborted === undefined && isFull(fate));
    this.#entries.splice(0, this.#taken, ...left.map(([entry]) => entry));
    this.#taken = 0;
    if (left.length > 0) this.#blocked.add(this);
    for (const [entry, fate] of fates) {
      if (!(fate instanceof Error)) this.#accepted(entry, fate);
      else if (entry.aborted !== undefined) this.#end(entry).fail(entry.aborted);
      else if (!isFull(fate)) this.#refused(entry, fate);
    }
    this.#flushSoon();
  }

  #accepted(entry: Entry, number: number): void {
    this.#parts.meter.published(1, entry.sinceMs);
    this.#end(entry).settle(number);
  }

  #refused(entry: Entry, error: Error): void {
    this.#parts.meter.refused++;
    this.#end(entry).fail(error);
  }

  #abort(entry: Entry, reason: Error): void {
    const at = this.#entries.indexOf(entry);
    if (at < this.#taken) {
      // It may be published yet, and counts as that then.
      entry.aborted = reason;
      return;
    }
    this.#entries.splice(at, 1);
    this.#end(entry).fail(reason);
  }

  #end(entry: Entry): Entry {
    entry.release();
    this.#room.leave(entry.record.length);
    return entry;
  }
}

function isFull(fate: number | Error): boolean {
  return fate instanceof PolyphonError && fate.code === "QUEUE_FULL";
}
