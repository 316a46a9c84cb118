import { PolyphonError } from "../../errors/error.ts";
import type { Delivery } from "../../wasm/codec.generated.ts";
import type { QueueOutgoingOptions } from "./options.ts";
import type { Queue } from "./queue.ts";
import { LazyContent } from "./record.ts";

/** How a message is given back. */
export interface QueueNackOptions {
  /** Time before the next attempt. Default: what the queue's retry says. */
  readonly delayMs?: number;
  /** What went wrong; kept with a dead letter. */
  readonly reason?: string;
}

/** What a message reports to. @internal */
export interface MessageOwner {
  ack(message: QueueMessage): void;
  nack(message: QueueMessage, kind: "failed" | "unused" | "rejected", options: QueueNackOptions): void;
  extend(message: QueueMessage, lengthMs: number): Promise<void>;
  ackAndPublish(message: QueueMessage, outgoing: readonly QueueOutgoing[]): Promise<readonly number[]>;
}

/** A message that comes of another. */
export interface QueueOutgoing {
  /** Where it goes: a queue or stream of the same team. */
  readonly queue: Pick<Queue<never>, "name" | "publish">;
  /** A JSON value or bytes. */
  readonly value: unknown;
  readonly options?: QueueOutgoingOptions;
}

/** A message in the hands of a consumer. */
export class QueueMessage<T = unknown> {
  readonly #owner: MessageOwner;
  readonly #delivery: Delivery;
  readonly #content: LazyContent;
  #waiting: { settle(): void; fail(error: Error): void }[] | undefined;
  #end: "open" | "reported" | "durable" | Error = "open";
  /** @internal */
  readonly fence: number;
  /** When it was handed out, by the monotonic clock. @internal */
  readonly sinceMs: number;

  /** @internal */
  constructor(owner: MessageOwner, fence: number, sinceMs: number, delivery: Delivery, record: Uint8Array) {
    this.#owner = owner;
    this.fence = fence;
    this.sinceMs = sinceMs;
    this.#delivery = delivery;
    this.#content = new LazyContent(record);
  }

  /**
   * Its number: the order in which messages were published, and a key under which an effect can be made once. Of a stream it is
   * the same for every group.
   */
  get number(): number {
    return this.#delivery.origin ?? this.#delivery.message;
  }

  /** Its number among those of its queue or group. @internal */
  get handle(): number {
    return this.#delivery.message;
  }

  /** What it takes to hand it on. @internal */
  get parts(): { readonly delivery: Delivery; readonly record: Uint8Array } {
    return { delivery: this.#delivery, record: this.#content.record };
  }

  /** The id its publisher gave it. */
  get id(): string | null {
    return this.#delivery.id;
  }

  /** What orders it among others. */
  get key(): string | null {
    return this.#delivery.key;
  }

  get priority(): "low" | "medium" | "high" | "critical" {
    return this.#delivery.priority;
  }

  /** Counted from 1. */
  get attempt(): number {
    return this.#delivery.attempt;
  }

  /** When it was published, in milliseconds since the epoch. */
  get publishedMs(): number {
    return this.#delivery.publishedMs;
  }

  get value(): T {
    return this.#content.value as T;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#content.headers;
  }

  /** Whether something was reported of it already. */
  get isSettled(): boolean {
    return this.#end !== "open";
  }

  /** It was dealt with. Resolves once that is durable; `LEASE_FENCED` when its time was over before. */
  ack(): Promise<void> {
    if (this.#end === "open") {
      this.#end = "reported";
      this.#owner.ack(this);
    }
    return this.#durable();
  }

  /**
   * It was dealt with, and these messages come of it: all of that becomes durable at once, or nothing. Resolves with the
   * numbers of the messages, in order. So a message that is handed out twice has its consequences once: of two
   * attempts only one can acknowledge it. `QUEUE_FULL`, `MESSAGE_INVALID` and others leave it in the hands of its consumer.
   */
  async ackAndPublish(outgoing: readonly QueueOutgoing[]): Promise<readonly number[]> {
    if (this.#end !== "open") throw settled(this.number);
    this.#end = "reported";
    try {
      const numbers = await this.#owner.ackAndPublish(this, outgoing);
      this.ended(undefined);
      return numbers;
    } catch (error) {
      if (error instanceof PolyphonError && error.code === "LEASE_FENCED") this.ended(error);
      else this.#end = "open";
      throw error;
    }
  }

  /** It was not dealt with: another attempt follows, or it is a dead letter when there were enough. */
  nack(options: QueueNackOptions = {}): Promise<void> {
    return this.#give("failed", options);
  }

  /** No attempt will ever succeed: it is a dead letter. */
  reject(reason = ""): Promise<void> {
    return this.#give("rejected", { reason });
  }

  /** It was not begun: somebody gets it as if this had been no attempt. */
  release(): Promise<void> {
    return this.#give("unused", {});
  }

  /** Whoever deals with it has `lengthMs` more from now on. Resolves once that is durable. */
  extend(lengthMs: number): Promise<void> {
    return this.#owner.extend(this, lengthMs);
  }

  /** What was reported is in the journal, or was refused. @internal */
  ended(error: Error | undefined): void {
    this.#end = error ?? "durable";
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    for (const { settle, fail } of waiting)
      if (error === undefined) settle();
      else fail(error);
  }

  /** @internal */
  finish(): void {
    if (this.#end !== "open") return;
    this.#end = "reported";
    this.#owner.ack(this);
  }

  /** @internal */
  fails(reason: string): void {
    if (this.#end !== "open") return;
    this.#end = "reported";
    this.#owner.nack(this, "failed", { reason });
  }

  #give(kind: "failed" | "unused" | "rejected", options: QueueNackOptions): Promise<void> {
    if (this.#end === "open") {
      this.#end = "reported";
      this.#owner.nack(this, kind, options);
    }
    return this.#durable();
  }

  #durable(): Promise<void> {
    if (this.#end === "durable") return Promise.resolve();
    if (this.#end instanceof Error) return Promise.reject(this.#end);
    return new Promise((settle, fail) => {
      this.#waiting ??= [];
      this.#waiting.push({ settle, fail });
    });
  }
}

function settled(number: number): PolyphonError {
  return new PolyphonError("LEASE_FENCED", { message: `message ${number} was reported on already.` });
}
