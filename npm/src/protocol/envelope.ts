import type { Extension, MessageKind, MessagePriority, TraceContext, UnknownField } from "../transports/transport.ts";
import type { Payload } from "./payload.ts";

export type { Extension, MessageKind, MessagePriority, TraceContext, UnknownField };

/** How the bytes of a payload are to be read. No codec changes them. */
export type Encoding = "json" | "msgpack" | "bytes";

/** Where a message goes: one agent, whoever subscribed to a subject, or every agent. */
export type Target = { readonly agent: string } | { readonly topic: string } | { readonly broadcast: true };

/** Everything of a message but its payload. Names are 1 to 256 bytes of UTF-8 without control characters. */
export interface EnvelopeHeader {
  /** UUIDv7, 36 lower-case characters. */
  readonly id: string;
  readonly kind: MessageKind;
  /** Who sent it, a name; the door it came through vouches for it, not the message. */
  readonly source: string;
  readonly target: Target;
  /** When it was sent, in milliseconds since 1970. */
  readonly timestampMs: number;
  /** Version of the protocol the sender speaks. Default `1.0.0`. */
  readonly version?: string | undefined;
  /** Default `medium`. */
  readonly priority?: MessagePriority | undefined;
  /** A name; the same in all messages of an exchange. A response must have one. */
  readonly correlationId?: string | undefined;
  /** Id of the message that made the sender send this one. */
  readonly causationId?: string | undefined;
  /** Subject for answers. A query must have one. */
  readonly replyTo?: string | undefined;
  /** How long after `timestampMs` it is worth delivering, in milliseconds. Default: for ever. */
  readonly ttlMs?: number | undefined;
  readonly trace?: TraceContext | undefined;
  /** The application's own fields: names to text of at most 64 KiB. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A name; what describes the payload. `polyphon.` is reserved. Default: the kind's own schema. */
  readonly schema?: string | undefined;
  readonly extensions?: Readonly<Record<string, Extension>> | undefined;
  /** Fields this version does not know; they survive a round trip. */
  readonly unknown?: Readonly<Record<string, UnknownField>> | undefined;
}

/** A message. Rules are checked when it is written and when it was read; `docs/protocol.md` has them. */
export interface Envelope extends EnvelopeHeader {
  readonly payload?: Payload | undefined;
}

/** A message that was read: what has a default is there. */
export interface ReceivedEnvelope extends Envelope {
  readonly version: string;
  readonly priority: MessagePriority;
}
