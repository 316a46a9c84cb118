import type { DeadLetter as DeadLetterRecord, QueueCounts } from "../../wasm/codec.generated.ts";
import type { QueueMessage } from "./message.ts";
import type { QueueTraffic } from "./meter.ts";
import type { QueueConsumeOptions, QueuePublishOptions, QueueScheduleOptions } from "./options.ts";

/** Deals with a message: it is acknowledged when this returns or resolves, and given back when it throws or rejects. */
export type QueueHandler<T> = (message: QueueMessage<T>) => unknown;

/** Somebody who takes messages of a queue. */
export interface QueueConsumer extends AsyncDisposable {
  /** Takes no more messages, and resolves when those at hand were dealt with and that is durable. */
  close(): Promise<void>;
}

/** A durable queue: messages that are kept until each was dealt with. */
export interface Queue<T = unknown> {
  readonly name: string;
  /** Resolves once the queue and its options are durable; rejects with `QUEUE_INVALID` and others. */
  readonly ready: Promise<void>;
  /**
   * Publishes a JSON value or bytes. Resolves with the number of the message once it is durable; a repeated id gives the
   * number of the first. `QUEUE_FULL` when there is no room, unless the queue blocks: then it waits for room, behind those
   * who wait already. `MESSAGE_INVALID` when an option is out of its bounds.
   */
  publish(value: T, options?: QueuePublishOptions): Promise<number>;
  /** Takes messages from now on. */
  consume(handler: QueueHandler<T>, options?: QueueConsumeOptions): QueueConsumer;
  /** How many messages are where, how fast they come and go, and how long that takes. */
  stats(): Promise<QueueStats>;
  /** Messages nobody could deal with, those first that are dropped first; at most 1,000 at once. */
  deadLetters(options?: { readonly skip?: number; readonly limit?: number }): Promise<readonly DeadLetter<T>[]>;
  /**
   * Lets dead letters wait again, with all their attempts, behind what waits already; resolves with how many.
   * `MESSAGE_UNKNOWN` for any other message, `QUEUE_FULL` when there is no room for them. Of more than 1,000, those before
   * a refusal have gone already.
   */
  redrive(numbers: readonly number[] | "all"): Promise<number>;
  /** Throws dead letters away; resolves with how many. */
  discard(numbers: readonly number[] | "all"): Promise<number>;
  /**
   * Publishes a message at the times of a cron expression (minute, hour, day of the month, month, day of the week; UTC), once
   * each time. Times that passed while no team was open are one message. A schedule of the same name is replaced; one that is
   * the same already stays as it is. The message has at most 256 bytes. `SCHEDULE_INVALID` says what is wrong.
   */
  schedule(name: string, cron: string, value: T, options?: QueueScheduleOptions): Promise<void>;
  /** Ends a schedule. `SCHEDULE_UNKNOWN` when there is none of that name. */
  unschedule(name: string): Promise<void>;
  /** The schedules of this queue, oldest first. */
  schedules(): Promise<readonly QueueSchedule[]>;
  /** Forgets the queue and its schedules. `QUEUE_NOT_EMPTY` while there is a message in it. */
  remove(): Promise<void>;
}

/**
 * How many messages are where, and how often what happened. At every moment `published` is the sum of `acked`, `waiting`,
 * `inFlight`, `dead`, `expired` and `dropped`.
 */
export interface QueueStats extends QueueCounts, QueueTraffic {}

/** When a message is published by itself. */
export interface QueueSchedule {
  readonly name: string;
  /** Minute, hour, day of the month, month, day of the week; UTC. */
  readonly cron: string;
  /** When the next message comes, in milliseconds since the epoch. */
  readonly nextMs: number;
  /** Messages it has published. */
  readonly published: number;
  /** Times the queue had no room for one. */
  readonly skipped: number;
}

/** A message nobody could deal with. */
export interface DeadLetter<T = unknown> {
  /** What `redrive` and `discard` name it by. */
  readonly number: number;
  /** Of a group: its number in the stream. */
  readonly origin: number | null;
  readonly id: string | null;
  readonly key: string | null;
  readonly value: T;
  readonly headers: Readonly<Record<string, string>>;
  readonly attempts: number;
  /** Why: its attempts are used up and the last one failed, was not reported on or was lost; or its consumer rejected it. */
  readonly cause: DeadLetterRecord["cause"];
  /** What its consumer said last. */
  readonly detail: string;
  readonly publishedMs: number;
  readonly diedMs: number;
  /** When it is dropped. */
  readonly expiresMs: number;
}
