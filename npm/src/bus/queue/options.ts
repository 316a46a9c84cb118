import type { Draft, Position, QueueSpec } from "../../wasm/codec.generated.ts";

/** What a queue goes by. It is kept in the journal, and changed by naming the queue with other options. */
export interface QueueOptions {
  /** Messages that wait or are being dealt with, at most. Default 100,000; at most 1,000,000. */
  readonly maxMessages?: number;
  /** Their bytes together, at most; dead letters may have as many again. Default 256 MiB. */
  readonly maxBytes?: number;
  /**
   * What happens when there is no room: the new message is refused (`QUEUE_FULL`), its publisher waits and nobody passes
   * it, or those that nobody has and that would expire first go. Default `"refuse"`.
   */
  readonly overflow?: "refuse" | "block" | "dropOldest";
  /** Times a message is handed out before it is a dead letter. Default 5. */
  readonly maxAttempts?: number;
  /** Time a consumer has to deal with a message. Default 30,000 ms. */
  readonly leaseMs?: number;
  /** The wait before another attempt. */
  readonly retry?: QueueRetryOptions;
  /** Time after which a message expires that nobody has taken, and a dead letter is dropped. Default 24 hours. */
  readonly retentionMs?: number;
  /** Waiting time that lifts a message by one priority. Default 30,000 ms. */
  readonly ageingMs?: number;
  /** How long, and how many, ids are remembered. Default 2 minutes and 100,000. */
  readonly dedup?: { readonly windowMs?: number; readonly ids?: number };
  /** Dead letters that are kept at most; beyond, the oldest go. Default 10,000. */
  readonly maxDead?: number;
}

/** How long to wait before another attempt. */
export interface QueueRetryOptions {
  /** Before the second attempt. Default 1,000 ms. */
  readonly initialMs?: number;
  /** At most, but for the jitter. Default 60,000 ms. */
  readonly maxMs?: number;
  /** Growth from one wait to the next. Default 2. */
  readonly multiplier?: number;
  /** Greatest part of a wait that is added to it at random, 0 to 1. Default 0.2. */
  readonly jitter?: number;
}

/** What is wished for one message. */
export interface QueuePublishOptions {
  /** A second message of the same id is taken for the first as long as the queue remembers it. */
  readonly id?: string;
  /** Messages of one key are dealt with one after the other, in the order they were published. */
  readonly key?: string;
  /** Default `"medium"`. Strict, but waiting lifts a message (`ageingMs`). */
  readonly priority?: "low" | "medium" | "high" | "critical";
  /** Time before anybody may have it. Default 0. */
  readonly delayMs?: number;
  /** Time after which nobody gets it any more, in milliseconds; no longer than the retention. */
  readonly ttlMs?: number;
  /** Texts that travel with it. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends the wait for room in a queue that blocks: the message is not published, and the call rejects with the reason. */
  readonly signal?: AbortSignal;
}

/** A message that comes of another. It needs no id: the acknowledgement of the other makes it once. */
export type QueueOutgoingOptions = Omit<QueuePublishOptions, "id" | "signal">;

/** What is wished for the messages of a schedule. */
export type QueueScheduleOptions = Pick<QueuePublishOptions, "key" | "priority" | "ttlMs" | "headers">;

/** How messages are taken. */
export interface QueueConsumeOptions {
  /** Messages that are dealt with at once. Default 16. */
  readonly concurrency?: number;
  /** Hears of what goes wrong with a message and no caller waits for: a report that came too late, for example. */
  readonly onError?: (error: Error) => void;
}

/** What a stream goes by. It is kept in the journal, and changed by naming the stream with other options. */
export interface StreamOptions extends Pick<QueueOptions, "maxMessages" | "maxBytes" | "retentionMs" | "dedup"> {
  /**
   * How long a message stays: until it is older than `retentionMs`, or only until every group has dealt with it. Default
   * `"retention"`. With `"acked"` messages wait for the first group, and none waits for cursors.
   */
  readonly keep?: "retention" | "acked";
  /**
   * What happens when there is no room, even without the oldest messages that every group has dealt with: the new message is
   * refused (`QUEUE_FULL`), its publisher waits and nobody passes it, or the oldest go, and groups miss them. Default
   * `"refuse"`.
   */
  readonly overflow?: "refuse" | "block" | "dropOldest";
}

/** Where reading begins: before everything that is kept, behind everything there is, at a message, or at a time. */
export type StreamPosition = "start" | "end" | number | { readonly sinceMs: number };

/** What a group goes by. It is kept in the journal, and changed by naming the group with other options. */
export interface GroupOptions
  extends Pick<QueueOptions, "maxAttempts" | "leaseMs" | "retry" | "retentionMs" | "ageingMs" | "maxDead"> {
  /**
   * Where a group that is new begins; one that is known goes on where it is. Default `"start"`: it gets all that is kept.
   * `CURSOR_EXPIRED` for the number of a message that is kept no more.
   */
  readonly from?: StreamPosition;
  /** Messages it has taken from the stream and not dealt with, at most. Default 1,000; at most 10,000. */
  readonly maxPending?: number;
  /** Their bytes together, at most. Default 64 MiB. */
  readonly maxPendingBytes?: number;
}

/** How a stream is read. */
export interface StreamReadOptions {
  /**
   * A name under which the place is kept in the journal: whoever reads under it later goes on behind the last message that was
   * dealt with. Without it nothing is kept.
   */
  readonly cursor?: string;
  /** Where to begin, unless the cursor is known. Default `"start"`. */
  readonly from?: StreamPosition;
  /** Whether to wait for more at the end. Default true. */
  readonly follow?: boolean;
  /** Ends the reading. */
  readonly signal?: AbortSignal;
}

const OVERFLOW = { refuse: "refuse", block: "block", dropOldest: "drop_oldest" } as const;
const DAY_MS = 86_400_000;
const PPM = 1_000_000;

/** The options as the kernel takes them; it says which of them is out of its bounds. */
export function queueSpec(name: string, options: QueueOptions): QueueSpec {
  const { retry = {}, dedup = {} } = options;
  return {
    name,
    maxMessages: options.maxMessages ?? 100_000,
    maxBytes: options.maxBytes ?? 256 * 1024 * 1024,
    overflow: OVERFLOW[options.overflow ?? "refuse"],
    maxAttempts: options.maxAttempts ?? 5,
    leaseMs: options.leaseMs ?? 30_000,
    retryInitialMs: retry.initialMs ?? 1_000,
    retryMaxMs: retry.maxMs ?? 60_000,
    retryMultiplierPpm: Math.round((retry.multiplier ?? 2) * PPM),
    retryJitterPpm: Math.round((retry.jitter ?? 0.2) * PPM),
    retentionMs: options.retentionMs ?? DAY_MS,
    ageingMs: options.ageingMs ?? 30_000,
    dedupMs: dedup.windowMs ?? 120_000,
    dedupIds: dedup.ids ?? 100_000,
    maxDead: options.maxDead ?? 10_000,
    kind: "queue",
  };
}

export function streamSpec(name: string, options: StreamOptions): QueueSpec {
  return { ...queueSpec(name, options), kind: options.keep === "acked" ? "interest" : "stream" };
}

export function groupSpec(name: string, options: GroupOptions): QueueSpec {
  const maxMessages = options.maxPending ?? 1_000;
  const maxBytes = options.maxPendingBytes ?? 64 * 1024 * 1024;
  return queueSpec(name, { ...options, maxMessages, maxBytes, dedup: { windowMs: 0, ids: 0 } });
}

/** A position as the kernel takes it. */
export function positionOf(position: StreamPosition = "start"): Position {
  if (position === "start") return { type: "Start" };
  if (position === "end") return { type: "End" };
  if (typeof position === "number") return { type: "Number", number: position };
  return { type: "Since", atMs: position.sinceMs };
}

/** A message as the kernel takes it. */
export function draftOf(bytes: number, options: QueuePublishOptions | undefined): Draft {
  return {
    bytes,
    priority: options?.priority ?? "medium",
    delayMs: options?.delayMs ?? 0,
    ttlMs: options?.ttlMs ?? null,
    id: options?.id ?? null,
    key: options?.key ?? null,
  };
}
