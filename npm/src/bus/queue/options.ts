import type { Draft, QueueSpec } from "../../wasm/codec.generated.ts";

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
  };
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
