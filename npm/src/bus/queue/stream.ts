import type {
  GroupOptions,
  QueueConsumeOptions,
  QueuePublishOptions,
  StreamPosition,
  StreamReadOptions,
} from "./options.ts";
import type { Queue, QueueConsumer, QueueHandler, QueueStats } from "./queue.ts";

/** A durable stream: messages that stay, which every group gets and cursors read. */
export interface DurableStream<T = unknown>
  extends Pick<Queue<T>, "name" | "ready" | "schedule" | "unschedule" | "schedules"> {
  /**
   * Publishes a JSON value or bytes. Resolves with the number of the message once it is durable. As with a queue, but a message
   * cannot be delayed (`MESSAGE_INVALID`).
   */
  publish(value: T, options?: Omit<QueuePublishOptions, "delayMs">): Promise<number>;
  /**
   * A group of consumers, made when there is none of that name. Every group gets every message; inside a group one consumer
   * gets each. Its attempts, acknowledgements and dead letters are its own.
   */
  group(name: string, options?: GroupOptions): StreamGroup<T>;
  /** Every group, with its numbers. */
  groups(): Promise<readonly GroupSummary[]>;
  /**
   * Reads messages in the order they were published. With a cursor the place is kept in the journal: asking for the next message
   * says that the one before was dealt with, {@link StreamMessage.ack} says so at once, and leaving the loop says nothing: the
   * message at hand is the first that whoever goes on gets. A cursor is for one reader at a time.
   * `CURSOR_EXPIRED` when what comes next is kept no more: `details.oldest` is the oldest message that is.
   */
  read(options?: StreamReadOptions): AsyncIterableIterator<StreamMessage<T>, void, void>;
  /** Every cursor. */
  cursors(): Promise<readonly StreamCursor[]>;
  /** Puts a cursor elsewhere. `CURSOR_UNKNOWN` when there is none of that name, `CURSOR_EXPIRED` when nothing is kept there. */
  seek(cursor: string, position: StreamPosition): Promise<void>;
  /** Forgets a cursor. `CURSOR_UNKNOWN` when there is none of that name. */
  removeCursor(cursor: string): Promise<void>;
  /** How many messages are where, how fast they come, and what is kept. */
  stats(): Promise<StreamStats>;
  /** Lets go of what was published so far, or before the message of a number; groups that have not taken it miss it. */
  purge(before?: number): Promise<void>;
  /** Forgets the stream, its cursors and schedules. `QUEUE_NOT_EMPTY` while it keeps a message or has a group. */
  remove(): Promise<void>;
}

/** Consumers of a stream that share its messages. */
export interface StreamGroup<T = unknown>
  extends Pick<Queue<T>, "name" | "ready" | "deadLetters" | "redrive" | "discard"> {
  /** Takes messages from now on. */
  consume(handler: QueueHandler<T>, options?: QueueConsumeOptions): QueueConsumer;
  /** How many messages are where, and how many it has not taken. */
  stats(): Promise<GroupStats>;
  /** Forgets the group, with what it has not dealt with and its dead letters. The messages of other groups stay. */
  remove(): Promise<void>;
}

/**
 * As of a queue. `published` are the messages the group was given, `waiting` those of them nobody has; `expired` and `dropped`
 * count also what the stream let go before the group took it.
 */
export interface GroupStats extends QueueStats {
  /** Messages of the stream it has not taken yet. */
  readonly behind: number;
}

/** A group in a list. */
export interface GroupSummary extends Pick<GroupStats, "acked" | "waiting" | "inFlight" | "dead" | "behind"> {
  readonly name: string;
}

/**
 * As of a queue. `waiting` are the messages that are kept, `acked` those that went because every group had dealt with them,
 * `expired` those that were kept long enough, `dropped` those that made room or were purged.
 */
export interface StreamStats extends QueueStats {
  /** The oldest message that is kept; when none is, the next that comes. */
  readonly oldest: number;
  /** The last message that was published. */
  readonly last: number;
}

/** A cursor in a list. */
export interface StreamCursor {
  readonly name: string;
  /** The last message that was dealt with; 0 at the beginning. */
  readonly position: number;
  /** Messages behind that. */
  readonly behind: number;
  /** What comes next is kept no more. */
  readonly isExpired: boolean;
}

/** A message as a reader finds it. */
export interface StreamMessage<T = unknown> {
  /** The order in which messages were published, with gaps. */
  readonly number: number;
  readonly id: string | null;
  readonly key: string | null;
  readonly priority: "low" | "medium" | "high" | "critical";
  /** In milliseconds since the epoch. */
  readonly publishedMs: number;
  readonly value: T;
  readonly headers: Readonly<Record<string, string>>;
  /** It was dealt with, and so were those before. Resolves once the place of the cursor is durable; at once without a cursor. */
  ack(): Promise<void>;
}
