import type { Delivery, Effect } from "../../wasm/codec.generated.ts";
import { type MessageOwner, QueueMessage, type QueueNackOptions } from "./message.ts";
import type { QueueConsumeOptions } from "./options.ts";
import type { QueueConsumer, QueueHandler } from "./queue.ts";
import type { Reporter } from "./reporter.ts";

/** What a consumer needs. */
export interface ConsumerParts {
  readonly id: number;
  /** How many messages it may hold from now on; 0 ends it. */
  credit(count: number): void;
  extend(message: QueueMessage, lengthMs: number): Promise<void>;
  reporter(): Reporter;
  /** The bytes of a batch: at once when they are at hand, `undefined` when they were erased. */
  load(effect: Deliver, batch: number): Uint8Array | Promise<Uint8Array | undefined>;
  closed(): void;
}

/** Messages that are handed to a consumer. */
export type Deliver = Extract<Effect, { type: "Deliver" }>;

const CONCURRENCY = 16;

export class RunningConsumer<T> implements QueueConsumer, MessageOwner {
  readonly #parts: ConsumerParts;
  readonly #handler: QueueHandler<T>;
  readonly #onError: (error: Error) => void;
  readonly credit: number;
  /** Fence under which each message is held here. */
  readonly #held = new Map<number, number>();
  #closing: Promise<void> | undefined;
  #idle: (() => void) | undefined;

  constructor(parts: ConsumerParts, handler: QueueHandler<T>, options: QueueConsumeOptions) {
    this.#parts = parts;
    this.#handler = handler;
    this.credit = options.concurrency ?? CONCURRENCY;
    this.#onError = options.onError ?? (() => undefined);
  }

  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  /** Messages are in its hands. Those it has already, which are given again after a failed write, go on. */
  deliver(effect: Deliver): void {
    let batch = -1;
    let bytes: Uint8Array | Promise<Uint8Array | undefined> | undefined;
    for (const delivery of effect.messages) {
      if (this.#held.get(delivery.message) === effect.fence) continue;
      this.#held.set(delivery.message, effect.fence);
      if (delivery.batch !== batch) {
        batch = delivery.batch;
        bytes = this.#parts.load(effect, batch);
      }
      if (bytes instanceof Uint8Array) this.#begin(effect.fence, delivery, bytes);
      else void this.#beginLater(effect.fence, delivery, bytes as Promise<Uint8Array | undefined>);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** What was reported of a message is durable, or was refused. */
  reported(message: QueueMessage, error: Error | undefined): void {
    if (this.#held.get(message.number) === message.fence) this.#held.delete(message.number);
    message.ended(error);
    if (error !== undefined) this.#onError(error);
    if (this.#held.size === 0) this.#idle?.();
  }

  ack(message: QueueMessage): void {
    this.#parts.reporter().ack(message);
  }

  nack(message: QueueMessage, kind: "failed" | "unused" | "rejected", options: QueueNackOptions): void {
    this.#parts.reporter().nack(message, kind, options);
  }

  extend(message: QueueMessage, lengthMs: number): Promise<void> {
    return this.#parts.extend(message, lengthMs);
  }

  async #close(): Promise<void> {
    this.#parts.credit(0);
    if (this.#held.size > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    this.#parts.closed();
  }

  #begin(fence: number, delivery: Delivery, batch: Uint8Array): void {
    const record = batch.subarray(delivery.offset, delivery.offset + delivery.bytes);
    const message = new QueueMessage<T>(this, fence, delivery, record);
    let done: unknown;
    try {
      done = this.#handler(message);
    } catch (error) {
      message.fails(textOf(error));
      return;
    }
    if (!isThenable(done)) {
      message.finish();
      return;
    }
    done.then(
      () => message.finish(),
      (error: unknown) => message.fails(textOf(error)),
    );
  }

  async #beginLater(fence: number, delivery: Delivery, loading: Promise<Uint8Array | undefined>): Promise<void> {
    let reason = "its payload was erased";
    let batch: Uint8Array | undefined;
    try {
      batch = await loading;
    } catch (error) {
      reason = textOf(error);
      this.#onError(error as Error);
    }
    if (batch !== undefined) return this.#begin(fence, delivery, batch);
    const message = new QueueMessage<T>(this, fence, delivery, new Uint8Array(0));
    void message.reject(reason).catch(this.#onError);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function";
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
