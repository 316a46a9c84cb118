import type { TransportMessage } from "../transport.ts";

/** The fields of a message, whatever object it was. */
export function plain(message: TransportMessage): TransportMessage {
  const { id, kind, subject, source, timestampMs, priority, payload } = message;
  const copy: { -readonly [K in keyof TransportMessage]: TransportMessage[K] } = {
    id,
    kind,
    subject,
    source,
    timestampMs,
    priority,
    payload,
  };
  const { correlationId, causationId, replyTo, ttlMs, trace, headers, schema, retain, broadcast } = message;
  const { version, extensions, unknown } = message;
  if (correlationId !== undefined) copy.correlationId = correlationId;
  if (causationId !== undefined) copy.causationId = causationId;
  if (replyTo !== undefined) copy.replyTo = replyTo;
  if (ttlMs !== undefined) copy.ttlMs = ttlMs;
  if (trace !== undefined) copy.trace = { ...trace };
  if (headers !== undefined) copy.headers = headers;
  if (schema !== undefined) copy.schema = schema;
  if (retain !== undefined) copy.retain = retain;
  if (broadcast !== undefined) copy.broadcast = broadcast;
  if (version !== undefined) copy.version = version;
  if (extensions !== undefined) copy.extensions = extensions;
  if (unknown !== undefined) copy.unknown = unknown;
  return copy;
}
