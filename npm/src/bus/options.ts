import type { Policy } from "../policies/policy.ts";
import type { Clock } from "../runtime/clock.ts";
import type {
  MessageKind,
  MessagePriority,
  Overflow,
  TraceContext,
  Transport,
  TransportMessage,
} from "../transports/transport.ts";
import type { Filter } from "./filter.ts";

/** What a bus is made with. Every field is optional. */
export interface BusOptions {
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
  /** Name of this node: the source of its messages. Default: `node` and eight random digits. */
  readonly node?: string;
  /** The way to other nodes. Default: none, everybody is here. */
  readonly transport?: Transport;
  /**
   * Who may do what, asked once for each principal and subject and remembered until {@link Bus.forget}. Default: everybody
   * may everything. The owner of the bus is not asked about.
   */
  readonly access?: (principal: string, action: "publish" | "subscribe", subject: string) => boolean;
  /** How many messages may pass, by subject. */
  readonly limits?: readonly BusLimit[];
  /** Waiting that weighs as much as one priority, in milliseconds. Default 1,000. */
  readonly ageingMs?: number;
  /** Subjects whose way is remembered, for each principal. Default 16,384, at least 2. */
  readonly routes?: number;
  /** Last values kept, one a subject; one more is refused with `BUS_LIMIT`. Default 10,000. */
  readonly retained?: number;
  /** Subscriptions; one more is refused with `BUS_LIMIT`. Default 1,000,000. */
  readonly subscriptions?: number;
  /** Requests that wait for answers; one more is refused with `BUS_BACKPRESSURE`. Default 100,000. */
  readonly requests?: number;
  /** Spans kept, the newest; 0 records none. Default 0. */
  readonly spans?: number;
  /** One in so many messages is timed for the statistics; 1 times each. Default 64. */
  readonly sampling?: number;
  /** Told what a handler throws. The bus goes on, and `events$` says it too. */
  readonly onError?: (error: unknown, message: TransportMessage) => void;
}

/** A bound on how many messages are published. */
export interface BusLimit {
  /** Subjects it holds for. */
  readonly pattern: string;
  /** What shares one bucket. Default `principal`. */
  readonly per?: "principal" | "subject" | "all";
  /** A bucket: answers 0 when a message may pass now, else the milliseconds until one may. `policies.rateLimit` makes them. */
  readonly bucket: () => { take(): number };
}

/** How a message is published. Every field is optional; the object is kept, so do not change it afterwards. */
export interface PublishOptions {
  /** Default `data`: a payload without a schema of its own. */
  readonly kind?: MessageKind;
  /** Default: that of the cause, or `medium`. */
  readonly priority?: MessagePriority;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long it is worth delivering, in milliseconds. Default: for ever. */
  readonly ttlMs?: number;
  /** The message that makes one send this: causation, correlation and trace follow from it. */
  readonly cause?: TransportMessage;
  readonly correlationId?: string;
  readonly trace?: TraceContext;
  /** Subject for answers, when somebody else than the requester takes them. */
  readonly replyTo?: string;
  /** Name of what describes the payload. */
  readonly schema?: string;
  /** Keeps it as the last value of its subject for those who subscribe later; without a payload (or `null`) it is forgotten. */
  readonly retain?: boolean;
  /** Reaches every member of every group, not one of each. */
  readonly broadcast?: boolean;
  /** Ends the wait for room; whoever has the message by then keeps it. */
  readonly signal?: AbortSignal;
}

/** How a subscription takes messages. Every field is optional. */
export interface SubscribeOptions {
  /** Subscribers of one group share messages: each goes to one of them, in turn, to one with room if any has. */
  readonly group?: string;
  /** Which messages it takes. `PROTOCOL_FILTER_INVALID` */
  readonly filter?: Filter;
  /** Deliveries whose promise may be open at once. A handler that answers no promise needs none. Default 16. */
  readonly credit?: number;
  /** Messages that wait when the credit is used up. Default 1,024. */
  readonly queue?: number;
  /**
   * When the queue is full: `drop-oldest` gives up the oldest of the least urgent (also the new message, when all that
   * waits is more urgent); `block` makes publishers wait; `reject` refuses the message with `BUS_BACKPRESSURE` before
   * anybody has it. Default `drop-oldest`.
   */
  readonly overflow?: Overflow;
  /** Whether the last values kept come first. Default true. */
  readonly retained?: boolean;
  /** Ends the subscription. */
  readonly signal?: AbortSignal;
}

/** How a request is made. Every field is optional. */
export interface RequestOptions extends Omit<PublishOptions, "retain" | "broadcast" | "replyTo"> {
  /** Longest wait for the answer to one attempt, or between two answers of a stream, in milliseconds. Default 5,000. */
  readonly timeoutMs?: number;
  /**
   * Times an attempt that was not answered in time is sent again, with the same id: a responder that still works on it is
   * not called twice, one that has lost it is. Default 3; 0 when there is a policy. Streams of answers are not repeated.
   */
  readonly retries?: number;
  /**
   * Stands around the request: what it repeats are whole requests. Of several the outermost comes first, as with `compose`;
   * keep the list, so that it is put together once.
   */
  readonly policy?: Policy<unknown> | readonly Policy<unknown>[];
  /** What the request counts as in a rate limit among its policies. Default 1. */
  readonly weight?: number;
  /** Ends the wait with its reason; whoever answers is told. */
  readonly signal?: AbortSignal;
}

/** What a bus tells about itself. */
export type BusEvent =
  | { readonly type: "failed"; readonly subject: string; readonly pattern: string; readonly error: unknown }
  | {
      readonly type: "dropped";
      readonly subject: string;
      readonly pattern: string;
      readonly reason: "overflow" | "expired" | "closed";
    }
  | { readonly type: "denied"; readonly subject: string; readonly principal: string; readonly action: string }
  | { readonly type: "transport"; readonly error: unknown };
