// Protobuf by protobufjs, from the published schema.
import { readFileSync } from "node:fs";
import protobuf from "protobufjs";
import { document, payload, type Row, uuid } from "./fields.ts";

const schema = new URL("../../../core/protocol/proto/polyphon.proto", import.meta.url);
const Envelope = protobuf.parse(readFileSync(schema, "utf8")).root.lookupType("polyphon.v1.Envelope");

/** The fields of a message by their names in the schema. */
function fields(row: Row): Record<string, unknown> {
  const told = document(row);
  const all: Record<string, unknown> = {
    id: uuid(told.id),
    version: told.version,
    kind: told.kind.toUpperCase(),
    source: told.source,
    ...told.target,
    timestamp: told.timestamp,
    priority: told.priority?.toUpperCase(),
    correlationId: told.correlationId,
    causationId: told.causationId === undefined ? undefined : uuid(told.causationId),
    replyTo: told.replyTo,
    ttl: told.ttl,
    traceContext: told.trace_context,
    headers: told.headers,
    schema: told.schema,
    extensions: told.extensions,
    encoding: told.encoding?.toUpperCase(),
    payload: payload(row),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

export function read(row: Row): { readonly found: unknown; readonly expected: unknown } {
  const message = Envelope.decode(Buffer.from(row.protobuf, "hex"));
  return { found: object(message), expected: object(Envelope.fromObject(fields(row))) };
}

export function write(row: Row): Uint8Array {
  return Envelope.encode(Envelope.fromObject(fields(row))).finish();
}

function object(message: protobuf.Message): unknown {
  return Envelope.toObject(message, { longs: Number, enums: String, bytes: String });
}
