import { handOver } from "../bus/queue/hand-over.ts";
import { type MessageOwner, QueueMessage, type QueueNackOptions, type QueueOutgoing } from "../bus/queue/message.ts";
import type { QueueConsumeOptions } from "../bus/queue/options.ts";
import type { QueueConsumer, QueueHandler } from "../bus/queue/queue.ts";
import { plainValue } from "../bus/queue/record.ts";
import { PolyphonError } from "../errors/error.ts";
import type { Clock } from "../runtime/clock.ts";
import { randomHex } from "../runtime/random.ts";
import { type Asking, ENDS, isPassing } from "./asking.ts";
import type { Handed, HeldRef, Outcome, QueueRef } from "./queue-wire.ts";

/** What a consumer of a tab needs. */
export interface SharedConsumerParts {
  readonly tab: string;
  readonly asking: Asking;
  readonly clock: Clock;
  readonly queue: Promise<QueueRef>;
  /** Where a message goes that comes of another; throws `QUEUE_UNKNOWN`. */
  refOf(queue: QueueOutgoing["queue"]): Promise<QueueRef>;
}

/**
 * Takes messages in a tab. What it holds when the owner changes is handed out again, to whoever consumes then: reports on it are
 * refused with `LEASE_FENCED`, those on their way with `TRANSPORT_LOST`.
 */
export class SharedConsumer<T> implements QueueConsumer, MessageOwner {
  readonly #parts: SharedConsumerParts;
  readonly #handler: QueueHandler<T>;
  readonly #options: QueueConsumeOptions;
  /** The connection each message came by. */
  readonly #held = new Map<QueueMessage, string>();
  readonly #over: Promise<void>;
  readonly #end = new AbortController();
  #key = "";
  #isClosing = false;
  #closing: Promise<void> | undefined;
  #idle: (() => void) | undefined;

  constructor(parts: SharedConsumerParts, handler: QueueHandler<T>, options: QueueConsumeOptions) {
    this.#parts = parts;
    this.#handler = handler;
    this.#options = options;
    this.#over = this.#consume().catch((error: Error) => this.#troubled(error));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  ack(message: QueueMessage): void {
    void this.#report(message, { kind: "ack" });
  }

  nack(message: QueueMessage, kind: "failed" | "unused" | "rejected", options: QueueNackOptions): void {
    void this.#report(message, { kind, ...options });
  }

  async extend(message: QueueMessage, lengthMs: number): Promise<void> {
    await this.#parts.asking.once("queue.extend", [this.#refOf(message), lengthMs]);
  }

  async ackAndPublish(message: QueueMessage, outgoing: readonly QueueOutgoing[]): Promise<readonly number[]> {
    const ref = this.#refOf(message);
    const sent = outgoing.map(async ({ queue, value, options }) => {
      return { queue: await this.#parts.refOf(queue), value: plainValue(value), ...(options && { options }) };
    });
    try {
      const numbers = await this.#parts.asking.once<readonly number[]>("queue.ackAndPublish", [
        ref,
        await Promise.all(sent),
      ]);
      this.#letGo(message);
      return numbers;
    } catch (error) {
      // Who holds it no more has nothing more to say of it.
      if (error instanceof PolyphonError && (error.code === "LEASE_FENCED" || isPassing(error))) this.#letGo(message);
      throw error;
    }
  }

  /** Is handed messages by one owner after the other. */
  async #consume(): Promise<void> {
    const { asking, tab, queue } = this.#parts;
    const { concurrency } = this.#options;
    const ref = await queue;
    while (!this.#isClosing) {
      this.#key = randomHex(8);
      try {
        const wanted = { tab, key: this.#key, queue: ref, concurrency };
        for await (const handed of asking.consume(wanted, this.#end.signal)) {
          for (const message of handed) this.#begin(message, this.#key);
        }
        return;
      } catch (error) {
        if (this.#end.signal.aborted || isOver(error)) return;
        if (!isPassing(error)) throw error;
        await asking.pause();
      }
    }
  }

  #begin({ fence, delivery, record }: Handed, key: string): void {
    const message = new QueueMessage<T>(this, fence, this.#parts.clock.monoMs(), delivery, record);
    this.#held.set(message, key);
    handOver(message, this.#handler, () => undefined);
  }

  async #report(message: QueueMessage, outcome: Outcome): Promise<void> {
    let refusal: Error | undefined;
    try {
      await this.#parts.asking.once("queue.report", [this.#refOf(message), outcome]);
    } catch (error) {
      refusal = error as Error;
    }
    this.#letGo(message);
    message.ended(refusal);
    if (refusal !== undefined) this.#troubled(refusal);
  }

  #refOf(message: QueueMessage): HeldRef {
    return { key: this.#held.get(message) ?? "", fence: message.fence, handle: message.handle };
  }

  #letGo(message: QueueMessage): void {
    this.#held.delete(message);
    if (this.#held.size === 0) this.#idle?.();
  }

  async #close(): Promise<void> {
    this.#isClosing = true;
    const { asking } = this.#parts;
    // An owner that changes meanwhile hands out nothing more.
    await asking.once("queue.leave", [this.#key]).catch(() => this.#end.abort());
    this.#end.abort();
    await this.#over;
    if (this.#held.size > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
  }

  #troubled(error: Error): void {
    this.#options.onError?.(error);
  }
}

/** The team is closed here. */
function isOver(error: unknown): boolean {
  return error instanceof PolyphonError && ENDS.has(error.code);
}
