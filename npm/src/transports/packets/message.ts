import { keeps } from "../../protocol/direct/rules.ts";
import { FIELDS } from "../../protocol/direct/schema.generated.ts";
import type { Envelope, Extension, ReceivedEnvelope } from "../../protocol/envelope.ts";
import { protocolError } from "../../protocol/failure.ts";
import { Payload } from "../../protocol/payload.ts";
import { isFree, VALUE_SCHEMA } from "../../protocol/wire/names.ts";
import type { MessageKind, TransportMessage } from "../transport.ts";

/** What the ends of a link say to each other about the message that carries it. */
export const LINK = "polyphon.link";
/** Flags of a bus, which others may pass over. */
const RETAIN = "polyphon.retain";
const BROADCAST = "polyphon.broadcast";
const FLAG: Extension = Object.freeze({ critical: false, value: "true" });
const CURRENT = "1.0.0";

/** A message as the envelope that carries it, with what the link says of it. `hasPayload`: whether it is in there itself. */
export function toEnvelope(message: TransportMessage, link: string, hasPayload = true): Envelope {
  const { kind, schema } = message;
  const payload = hasPayload ? payloadOf(message) : undefined;
  return {
    id: message.id,
    version: message.version,
    kind,
    source: message.source,
    target: { topic: message.subject },
    timestampMs: message.timestampMs,
    priority: message.priority,
    correlationId: message.correlationId,
    causationId: message.causationId,
    replyTo: message.replyTo,
    ttlMs: message.ttlMs,
    trace: message.trace,
    headers: message.headers,
    // A bus lets every kind carry anything; the kinds of the protocol ask for more.
    schema: schema ?? (fits(kind, payload) ? undefined : VALUE_SCHEMA),
    extensions: extensionsOf(message, link),
    unknown: message.unknown,
    payload,
  };
}

/** The payload of a message: bytes, JSON where the protocol asks for it, and MessagePack for everything else. */
export function payloadOf({ payload, schema }: TransportMessage): Payload | undefined {
  if (payload === undefined) return undefined;
  if (payload instanceof Uint8Array) return Payload.bytes(payload);
  return schema === undefined || isFree(schema) ? Payload.msgpack(payload) : Payload.json(payload);
}

/** The message in an envelope, and what the link says of it. Refuses what is critical and not known here. */
export function fromEnvelope(envelope: ReceivedEnvelope): TransportMessage {
  const { target, payload, schema, version, extensions = NONE } = envelope;
  if (!("topic" in target))
    throw protocolError("PROTOCOL_FIELD_INVALID", "target", "must be a topic", "another target");
  const message: { -readonly [K in keyof TransportMessage]: TransportMessage[K] } = {
    id: envelope.id,
    kind: envelope.kind,
    subject: target.topic,
    source: envelope.source,
    timestampMs: envelope.timestampMs,
    priority: envelope.priority,
    correlationId: envelope.correlationId,
    causationId: envelope.causationId,
    replyTo: envelope.replyTo,
    ttlMs: envelope.ttlMs,
    trace: envelope.trace,
    headers: envelope.headers,
    schema: schema === VALUE_SCHEMA ? undefined : schema,
    payload: payload?.value(),
  };
  if (version !== CURRENT) message.version = version;
  if (envelope.unknown !== undefined) message.unknown = envelope.unknown;
  let rest: Record<string, Extension> | undefined;
  for (const name in extensions) {
    const extension = extensions[name] as Extension;
    if (name === LINK) continue;
    if (name === RETAIN) message.retain = true;
    else if (name === BROADCAST) message.broadcast = true;
    else if (extension.critical) throw unknownExtension(name);
    else {
      rest ??= {};
      rest[name] = extension;
    }
  }
  if (rest !== undefined) message.extensions = rest;
  return message;
}

function extensionsOf({ retain, broadcast, extensions }: TransportMessage, link: string): Envelope["extensions"] {
  const said: Record<string, Extension> = { ...extensions };
  if (broadcast === true) said[BROADCAST] = FLAG;
  said[LINK] = { critical: false, value: link };
  if (retain === true) said[RETAIN] = FLAG;
  return said;
}

function fits(kind: MessageKind, payload: Payload | undefined): boolean {
  if (payload === undefined) return false;
  const fields = FIELDS[kind];
  return fields === null || (payload.encoding === "msgpack" && keeps(payload.value(), fields));
}

function unknownExtension(name: string): Error {
  const rule = "is critical and must be understood";
  return protocolError("PROTOCOL_EXTENSION_UNKNOWN", `extensions.${name}`, rule, "an unknown extension");
}

const NONE: Readonly<Record<string, Extension>> = Object.freeze({});
