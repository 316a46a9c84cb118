import type { DeadLetter as DeadLetterRecord, QueueCounts } from "../../wasm/codec.generated.ts";
import type { QueueMessage } from "./message.ts";
import type { QueueConsumeOptions, QueuePublishOptions } from "./options.ts";

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
   * number of the first. `QUEUE_FULL` when there is no room, `MESSAGE_INVALID` when an option is out of its bounds.
   */
  publish(value: T, options?: QueuePublishOptions): Promise<number>;
  /** Takes messages from now on. */
  consume(handler: QueueHandler<T>, options?: QueueConsumeOptions): QueueConsumer;
  /** How many messages are where. */
  stats(): Promise<QueueStats>;
  /** Messages nobody could deal with, those first that are dropped first; at most 1,000 at once. */
  deadLetters(options?: { readonly skip?: number; readonly limit?: number }): Promise<readonly DeadLetter<T>[]>;
  /** Lets dead letters wait again, with all their attempts, behind what waits already. `MESSAGE_UNKNOWN` for any other. */
  redrive(numbers: readonly number[]): Promise<void>;
  /** Throws dead letters away. */
  discard(numbers: readonly number[]): Promise<void>;
  /** Forgets the queue. `QUEUE_NOT_EMPTY` while there is a message in it. */
  remove(): Promise<void>;
}

/**
 * How many messages are where, and how often what happened. At every moment `published` is the sum of `acked`, `waiting`,
 * `inFlight`, `dead`, `expired` and `dropped`.
 */
export type QueueStats = QueueCounts;

/** A message nobody could deal with. */
export interface DeadLetter<T = unknown> {
  readonly number: number;
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
