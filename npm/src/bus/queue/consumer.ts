import { PolyphonError } from "../../errors/error.ts";
import type { Delivery, Effect } from "../../wasm/codec.generated.ts";
import { handOver, textOf } from "./hand-over.ts";
import { type MessageOwner, QueueMessage, type QueueNackOptions, type QueueOutgoing } from "./message.ts";
import type { Meter } from "./meter.ts";
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
  readonly meter: Meter;
  /** Kernel time. */
  nowMs(): number;
  ackAndPublish(message: QueueMessage, outgoing: readonly QueueOutgoing[]): Promise<readonly number[]>;
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
    const { meter } = this.#parts;
    const [sinceMs, nowMs] = [meter.nowMs(), this.#parts.nowMs()];
    meter.delivered(effect.messages.length, sinceMs);
    for (const delivery of effect.messages) {
      if (this.#held.get(delivery.message) === effect.fence) continue;
      this.#held.set(delivery.message, effect.fence);
      if (delivery.attempt === 1) meter.waited(nowMs - delivery.publishedMs);
      if (delivery.batch !== batch) {
        batch = delivery.batch;
        bytes = this.#parts.load(effect, batch);
      }
      if (bytes instanceof Uint8Array) this.#begin(effect.fence, sinceMs, delivery, bytes);
      else void this.#beginLater(effect.fence, sinceMs, delivery, bytes as Promise<Uint8Array | undefined>);
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
    this.#letGo(message);
    message.ended(error);
    if (error === undefined) return;
    this.#parts.meter.late++;
    this.#onError(error);
  }

  #letGo(message: QueueMessage): void {
    if (this.#held.get(message.handle) === message.fence) this.#held.delete(message.handle);
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

  async ackAndPublish(message: QueueMessage, outgoing: readonly QueueOutgoing[]): Promise<readonly number[]> {
    try {
      const numbers = await this.#parts.ackAndPublish(message, outgoing);
      this.#parts.meter.acked(message.sinceMs);
      this.#letGo(message);
      return numbers;
    } catch (error) {
      if (!isFenced(error)) throw error;
      this.#parts.meter.late++;
      this.#letGo(message);
      throw error;
    }
  }

  async #close(): Promise<void> {
    this.#parts.credit(0);
    if (this.#held.size > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    this.#parts.closed();
  }

  #begin(fence: number, sinceMs: number, delivery: Delivery, batch: Uint8Array): void {
    const record = batch.subarray(delivery.offset, delivery.offset + delivery.bytes);
    const message = new QueueMessage<T>(this, fence, sinceMs, delivery, record);
    handOver(message, this.#handler, () => {
      this.#parts.meter.failed++;
    });
  }

  async #beginLater(
    fence: number,
    sinceMs: number,
    delivery: Delivery,
    loading: Promise<Uint8Array | undefined>,
  ): Promise<void> {
    let reason = "its payload was erased";
    let batch: Uint8Array | undefined;
    try {
      batch = await loading;
    } catch (error) {
      reason = textOf(error);
      this.#onError(error as Error);
    }
    if (batch !== undefined) return this.#begin(fence, sinceMs, delivery, batch);
    const message = new QueueMessage<T>(this, fence, sinceMs, delivery, new Uint8Array(0));
    void message.reject(reason).catch(this.#onError);
  }
}

function isFenced(error: unknown): boolean {
  return error instanceof PolyphonError && error.code === "LEASE_FENCED";
}
