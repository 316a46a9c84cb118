import type { Filter } from "../bus/filter.ts";

/** What a message is; each kind has a schema of its own in the protocol. */
export type MessageKind = "command" | "query" | "response" | "event" | "heartbeat" | "error" | "data" | "notification";

/** How urgent a message is, the least urgent first. */
export type MessagePriority = "low" | "medium" | "high" | "critical";

/** W3C trace context and baggage, as their HTTP headers write them. */
export interface TraceContext {
  /** `00-<trace id>-<span id>-<flags>`. */
  readonly traceparent: string;
  readonly tracestate?: string | undefined;
  readonly baggage?: string | undefined;
}

/** Something both sides agreed on beyond the protocol. */
export interface Extension {
  /** Whether a receiver that does not know it must refuse the message. */
  readonly critical: boolean;
  readonly value: string;
}

/** A field of a version to come, kept as it came. */
export interface UnknownField {
  readonly encoding: "json" | "msgpack" | "bytes";
  readonly bytes: Uint8Array;
}

/**
 * A message as transports carry it: the fields of an envelope whose target is a topic, and the payload as a value. What a
 * transport delivers in its own process may be the sender's object, payload included: nobody changes either.
 */
export interface TransportMessage<T = unknown> {
  /** UUIDv7; the same when a request is sent again. */
  readonly id: string;
  readonly kind: MessageKind;
  /** Where it is published: no wildcards. `$reply.` and `$sys.` belong to the runtime. */
  readonly subject: string;
  /** Node or agent that sent it, as it says itself. */
  readonly source: string;
  /** When it was sent, in milliseconds since 1970. */
  readonly timestampMs: number;
  readonly priority: MessagePriority;
  readonly correlationId?: string | undefined;
  /** Id of the message that made the sender send this one. */
  readonly causationId?: string | undefined;
  /** Subject for answers. */
  readonly replyTo?: string | undefined;
  /** How long after `timestampMs` it is worth delivering, in milliseconds. Default: for ever. */
  readonly ttlMs?: number | undefined;
  readonly trace?: TraceContext | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Name of what describes the payload. */
  readonly schema?: string | undefined;
  /**
   * Of kind `response`: `{ result, sequence?, done? }`; answers of one request are numbered from 0, and the one without
   * `done: false` is the last. Of kind `error`: `{ code, message, retryable, … }`, always the last.
   */
  readonly payload: T;
  /** Kept as the subject's last value for those who subscribe later. */
  readonly retain?: boolean | undefined;
  /** Reaches every member of every group, not one of each. */
  readonly broadcast?: boolean | undefined;
  /** Version of the protocol its sender speaks, when it is another than ours: 1.x. */
  readonly version?: string | undefined;
  /** What the sender put in beyond the protocol; carried along. */
  readonly extensions?: Readonly<Record<string, Extension>> | undefined;
  /** Fields of a version to come; carried along. */
  readonly unknown?: Readonly<Record<string, UnknownField>> | undefined;
}

/**
 * What happens to a message for a subscriber who has no room: the oldest of the least urgent is given up, its publisher
 * waits, or it is refused with `BUS_BACKPRESSURE`.
 */
export type Overflow = "drop-oldest" | "block" | "reject";

/** What a subscription on a transport asks for. Every field is optional. */
export interface TransportSubscribeOptions {
  /** Subscribers with the same group share the messages: each goes to one of them. Default: none. */
  readonly group?: string | undefined;
  /** Deliveries whose promise may be open at once; what comes beyond waits on the sender's side. Default 256. */
  readonly credit?: number | undefined;
  /** Messages that wait there. Default 1,024. */
  readonly queue?: number | undefined;
  /** What happens when as many wait: see `SubscribeOptions.overflow` of the bus. Default `drop-oldest`. */
  readonly overflow?: Overflow | undefined;
  /** Which messages it takes; a group's go to a member that takes them. Default: all. `PROTOCOL_FILTER_INVALID` */
  readonly filter?: Filter | undefined;
}

/** A subscription on a transport. */
export interface TransportSubscription {
  /** Nothing is delivered after this resolves. Safe to call twice. */
  unsubscribe(): Promise<void>;
}

/** How a request over a transport is made. Every field is optional. */
export interface TransportRequestOptions {
  /** Longest silence before the first answer and between two, in milliseconds. Default 5,000. `REQUEST_TIMEOUT` */
  readonly timeoutMs?: number | undefined;
  /** Ends the wait with its reason and tells whoever answers. */
  readonly signal?: AbortSignal | undefined;
}

/** Hears the answers of {@link Transport.ask}. */
export interface TransportAsker {
  /** An answer, in order. A promise it returns, which never rejects, holds back the next one. */
  answer(message: TransportMessage): Promise<void> | undefined;
  /** There are no more answers; why, when it was not the last one that ended it. Once, and not after it was called off. */
  end(error?: unknown): void;
}

/** A request that was made. */
export interface TransportAsking {
  /** Nobody waits for answers any more: whoever answers is told. Safe to call when it is over. */
  callOff(): void;
}

/** `up`: works; `connecting`: messages wait or are refused, see each transport; `draining`; `closed`. */
export type TransportState = "up" | "connecting" | "draining" | "closed";

/** What is spoken on a connection: see the protocol's negotiation. */
export interface TransportSpeech {
  readonly version: string;
  readonly codec: "json" | "msgpack" | "protobuf";
  readonly compression?: "lz4" | "deflate" | undefined;
  readonly seal?: "hmac-sha256" | "ed25519" | "xchacha20-poly1305" | "aes-256-gcm" | undefined;
}

export interface TransportHealth {
  readonly state: TransportState;
  /** Name of the transport, such as `memory` or `websocket`. */
  readonly kind: string;
  readonly durability: Transport["durability"];
  readonly ordering: Transport["ordering"];
  readonly subscriptions: number;
  /** Messages taken over and not yet handed on. */
  readonly waiting: number;
  /** What both ends agreed to speak, where messages become bytes and a connection stands. */
  readonly speaks?: TransportSpeech | undefined;
  /** Time a message takes to the other side and back, when that was measured, in milliseconds. */
  readonly roundTripMs?: number | undefined;
  /** Why it is not `up`. */
  readonly reason?: string | undefined;
}

/**
 * A way to others who publish and subscribe. `transportContract` of `polyphon/testing` is what every one must do:
 *
 * - At most once: a message that was taken over is delivered once, or lost when the connection or the process is.
 * - Order holds per publisher and subject.
 * - What is published is delivered to every subscription whose pattern takes its subject, and to one member of each
 *   group. Subscriptions without a group do not get what was published through the same transport object: its owner
 *   has it already.
 * - After `subscribe` has resolved, everything published anywhere from then on is delivered.
 * - A subscription whose deliveries stay open gets no more than its credit; others are not held up by it.
 * - Subjects and patterns are those of the protocol: what is none is refused with `PROTOCOL_SUBJECT_INVALID`.
 */
export interface Transport extends AsyncDisposable {
  /** Such as `memory`, `worker` or `websocket`. */
  readonly kind: string;
  /** What a message survives once `publish` has resolved. */
  readonly durability: "none" | "process" | "disk";
  /** What order holds. */
  readonly ordering: "publisher-subject" | "none";
  /**
   * Hands a message over. Resolves when the transport is responsible for it, which is also how it holds a fast sender
   * back. Rejects with `BUS_BACKPRESSURE` when it has no room, `TRANSPORT_CLOSED` when it is closed or draining.
   */
  publish(message: TransportMessage): Promise<void>;
  /** Subscribes; `deliver` is called for each message, in order. A promise it answers keeps one credit until it settles. */
  subscribe(
    pattern: string,
    deliver: (message: TransportMessage) => unknown,
    options?: TransportSubscribeOptions,
  ): Promise<TransportSubscription>;
  /**
   * Publishes a message and gives the answers to it, in order, until the last; leaving the loop tells who answers. An
   * answer of kind `error` is given like any other. `REQUEST_NO_RESPONDER` when the transport knows that nobody listens.
   */
  request(message: TransportMessage, options?: TransportRequestOptions): AsyncIterable<TransportMessage>;
  /**
   * The same as `request` without promises and signals for each, for who has many: where a transport has it, buses use it.
   * Refusals are told by `asker.end`, perhaps before it returns.
   */
  ask?(message: TransportMessage, timeoutMs: number, asker: TransportAsker): TransportAsking;
  health(): TransportHealth;
  /** Takes nothing new, ends its subscriptions and resolves when what was taken over has been handed on. */
  drain(): Promise<void>;
  /** Drops everything. Safe to call twice. */
  close(): Promise<void>;
}
