import { PolyphonError } from "../../errors/error.ts";
import type { MessageKind, MessagePriority, TraceContext, TransportMessage } from "../transport.ts";

/** Version of the protocol that is written. */
const VERSION = "1.0.0";
const KINDS: ReadonlySet<unknown> = new Set([
  "command",
  "query",
  "response",
  "event",
  "heartbeat",
  "error",
  "data",
  "notification",
]);
const PRIORITIES: ReadonlySet<unknown> = new Set(["low", "medium", "high", "critical"]);
/** Flags of a bus, as extensions of the envelope that others may pass over. */
const RETAIN = "polyphon.retain";
const BROADCAST = "polyphon.broadcast";
/** Levels a payload may nest. */
const DEPTH_MOST = 64;

/** A message as the JSON of its envelope, fields in the order of the protocol. */
export function toEnvelope(message: TransportMessage): Record<string, unknown> {
  const { subject, trace, retain, broadcast, payload } = message;
  const envelope: Record<string, unknown> = {
    id: message.id,
    version: VERSION,
    kind: message.kind,
    source: message.source,
    target: { topic: subject },
    timestamp: message.timestampMs,
  };
  if (message.priority !== "medium") envelope.priority = message.priority;
  if (message.correlationId !== undefined) envelope.correlationId = message.correlationId;
  if (message.causationId !== undefined) envelope.causationId = message.causationId;
  if (message.replyTo !== undefined) envelope.replyTo = message.replyTo;
  if (message.ttlMs !== undefined) envelope.ttl = message.ttlMs;
  if (trace !== undefined) envelope.trace_context = trace;
  if (message.headers !== undefined) envelope.headers = message.headers;
  if (message.schema !== undefined) envelope.schema = message.schema;
  if (retain === true || broadcast === true) {
    const flag = { critical: false, value: "true" };
    envelope.extensions = { ...(retain && { [RETAIN]: flag }), ...(broadcast && { [BROADCAST]: flag }) };
  }
  if (payload instanceof Uint8Array) {
    envelope.encoding = "bytes";
    envelope.payload = toBase64(payload);
  } else {
    envelope.payload = payload ?? null;
  }
  return envelope;
}

/** Reads an envelope that came from outside. Refuses with codes of the protocol, naming the field. */
export function fromEnvelope(value: unknown): TransportMessage {
  const envelope = record(value, "envelope");
  const version = text(envelope.version, "version");
  if (!version.startsWith("1.")) {
    throw refusal("PROTOCOL_VERSION_UNSUPPORTED", "version", `must be 1.x; found ${version.slice(0, 32)}`);
  }
  const extensions = envelope.extensions === undefined ? {} : record(envelope.extensions, "extensions");
  for (const [name, extension] of Object.entries(extensions)) {
    if (name === RETAIN || name === BROADCAST || record(extension, `extensions.${name}`).critical !== true) continue;
    throw refusal("PROTOCOL_EXTENSION_UNKNOWN", `extensions.${name}`, "is critical and not known");
  }
  const message: { -readonly [K in keyof TransportMessage]: TransportMessage[K] } = {
    id: text(envelope.id, "id"),
    kind: choice<MessageKind>(envelope.kind, KINDS, "kind"),
    subject: text(record(envelope.target, "target").topic, "target.topic"),
    source: text(envelope.source, "source"),
    timestampMs: integer(envelope.timestamp, "timestamp"),
    priority: choice<MessagePriority>(envelope.priority ?? "medium", PRIORITIES, "priority"),
    payload: readPayload(envelope),
  };
  if (envelope.correlationId !== undefined) message.correlationId = text(envelope.correlationId, "correlationId");
  if (envelope.causationId !== undefined) message.causationId = text(envelope.causationId, "causationId");
  if (envelope.replyTo !== undefined) message.replyTo = text(envelope.replyTo, "replyTo");
  if (envelope.ttl !== undefined) message.ttlMs = integer(envelope.ttl, "ttl");
  if (envelope.trace_context !== undefined) message.trace = readTrace(envelope.trace_context);
  if (envelope.headers !== undefined) message.headers = readHeaders(envelope.headers);
  if (envelope.schema !== undefined) message.schema = text(envelope.schema, "schema");
  if (RETAIN in extensions) message.retain = true;
  if (BROADCAST in extensions) message.broadcast = true;
  return message;
}

function readPayload({ encoding, payload }: Record<string, unknown>): unknown {
  if (encoding === "bytes") return fromBase64(text(payload, "payload", Number.POSITIVE_INFINITY));
  if (encoding !== undefined && encoding !== "json") {
    throw refusal("PROTOCOL_FIELD_INVALID", "encoding", "must be json or bytes in this codec");
  }
  checkDepth(payload, 1);
  return payload;
}

function checkDepth(value: unknown, depth: number): void {
  if (typeof value !== "object" || value === null) return;
  if (depth > DEPTH_MOST) throw refusal("PROTOCOL_LIMIT_EXCEEDED", "payload", `must nest at most ${DEPTH_MOST} levels`);
  for (const key in value) checkDepth((value as Record<string, unknown>)[key], depth + 1);
}

function readTrace(value: unknown): TraceContext {
  const { traceparent, tracestate, baggage } = record(value, "trace_context");
  return {
    traceparent: text(traceparent, "trace_context.traceparent"),
    ...(tracestate !== undefined && { tracestate: text(tracestate, "trace_context.tracestate", 8_192) }),
    ...(baggage !== undefined && { baggage: text(baggage, "trace_context.baggage", 8_192) }),
  };
}

function readHeaders(value: unknown): Record<string, string> {
  const headers = record(value, "headers");
  for (const [name, content] of Object.entries(headers)) text(content, `headers.${name}`, 65_536);
  return headers as Record<string, string>;
}

function record(value: unknown, field: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw refusal("PROTOCOL_FIELD_INVALID", field, "must be a map");
}

function text(value: unknown, field: string, most = 256): string {
  if (typeof value === "string" && value.length <= most) return value;
  throw refusal("PROTOCOL_FIELD_INVALID", field, `must be text of at most ${most} characters`);
}

function integer(value: unknown, field: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw refusal("PROTOCOL_FIELD_INVALID", field, "must be an integer from 0 to 2^53 − 1");
}

function choice<T>(value: unknown, known: ReadonlySet<unknown>, field: string): T {
  if (known.has(value)) return value as T;
  throw refusal("PROTOCOL_FIELD_INVALID", field, `must be one of ${[...known].join(", ")}`);
}

function refusal(
  code:
    | "PROTOCOL_FIELD_INVALID"
    | "PROTOCOL_VERSION_UNSUPPORTED"
    | "PROTOCOL_EXTENSION_UNKNOWN"
    | "PROTOCOL_LIMIT_EXCEEDED",
  field: string,
  rule: string,
): PolyphonError {
  return new PolyphonError(code, { message: `${field}: ${rule}`, details: { field } });
}

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 8_192) binary += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return btoa(binary);
}

function fromBase64(encoded: string): Uint8Array {
  let binary: string;
  try {
    binary = atob(encoded);
  } catch {
    throw refusal("PROTOCOL_FIELD_INVALID", "payload", "must be base64");
  }
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}
