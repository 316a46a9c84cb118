import type { QueueOutgoing } from "../bus/queue/message.ts";
import type { QueueConsumeOptions, QueuePublishOptions, QueueScheduleOptions } from "../bus/queue/options.ts";
import type { DeadLetter, Queue, QueueConsumer, QueueHandler, QueueSchedule, QueueStats } from "../bus/queue/queue.ts";
import { plainValue } from "../bus/queue/record.ts";
import { PolyphonError } from "../errors/error.ts";
import type { Clock } from "../runtime/clock.ts";
import { randomHex } from "../runtime/random.ts";
import type { Asking } from "./asking.ts";
import type { QueueRef } from "./queue-wire.ts";
import { SharedConsumer } from "./shared-consumer.ts";

/** What queues of a tab need. */
export interface SharedQueueParts {
  readonly tab: string;
  readonly asking: Asking;
  readonly clock: Clock;
  readonly ref: Promise<QueueRef>;
  readonly name: string;
  /** Whether the queue remembers ids: what is published twice under one is there once. */
  readonly remembersIds: boolean;
}

/** A queue as every tab has it, whichever owns the journal. */
export class SharedQueue<T> implements Queue<T> {
  readonly name: string;
  protected readonly parts: SharedQueueParts;

  constructor(parts: SharedQueueParts) {
    this.name = parts.name;
    this.parts = parts;
    parts.ref.catch(() => undefined);
  }

  get ready(): Promise<void> {
    return this.parts.ref.then(() => undefined);
  }

  /**
   * As of a queue of the owner, and once, also when the journal changes hands meanwhile: a message without an id is given one. Where
   * ids are not remembered (`dedup: { windowMs: 0 }`) it rejects with `TRANSPORT_LOST` then, as nobody knows whether it is there.
   */
  async publish(value: T, options: QueuePublishOptions = {}): Promise<number> {
    const { signal, ...sent } = options;
    signal?.throwIfAborted();
    const { asking, remembersIds } = this.parts;
    const plain = plainValue(value);
    const ref = await this.parts.ref;
    if (!remembersIds) return asking.once<number>("queue.publish", [ref, plain, sent], signal);
    return asking.again<number>("queue.publish", [ref, plain, { id: randomHex(12), ...sent }], signal);
  }

  consume(handler: QueueHandler<T>, options: QueueConsumeOptions = {}): QueueConsumer {
    const { tab, asking, clock, ref } = this.parts;
    return new SharedConsumer<T>({ tab, asking, clock, queue: ref, refOf }, handler, options);
  }

  stats(): Promise<QueueStats> {
    return this.again("queue.stats");
  }

  deadLetters(options: { readonly skip?: number; readonly limit?: number } = {}): Promise<readonly DeadLetter<T>[]> {
    return this.again("queue.deadLetters", options);
  }

  redrive(numbers: readonly number[] | "all"): Promise<number> {
    return this.once("queue.redrive", numbers);
  }

  discard(numbers: readonly number[] | "all"): Promise<number> {
    return this.once("queue.discard", numbers);
  }

  async schedule(name: string, cron: string, value: T, options: QueueScheduleOptions = {}): Promise<void> {
    await this.again("queue.schedule", name, cron, plainValue(value), options);
  }

  async unschedule(name: string): Promise<void> {
    await this.once("queue.unschedule", name);
  }

  schedules(): Promise<readonly QueueSchedule[]> {
    return this.again("queue.schedules");
  }

  async remove(): Promise<void> {
    await this.once("queue.remove");
  }

  /** @internal */
  ref(): Promise<QueueRef> {
    return this.parts.ref;
  }

  /** Asks the owner what bears being asked twice. @internal */
  protected async again<R>(method: string, ...args: readonly unknown[]): Promise<R> {
    return this.parts.asking.again<R>(method, [await this.parts.ref, ...args]);
  }

  /** Asks the owner once: `TRANSPORT_LOST` when it changes meanwhile. @internal */
  protected async once<R>(method: string, ...args: readonly unknown[]): Promise<R> {
    return this.parts.asking.once<R>(method, [await this.parts.ref, ...args]);
  }
}

function refOf(queue: QueueOutgoing["queue"]): Promise<QueueRef> {
  if (queue instanceof SharedQueue) return queue.ref();
  const name = String((queue as { readonly name?: unknown } | undefined)?.name);
  const message = `${name} is no queue of this shared team.`;
  return Promise.reject(new PolyphonError("QUEUE_UNKNOWN", { message, details: { name } }));
}
