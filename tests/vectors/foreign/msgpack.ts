// MessagePack by @msgpack/msgpack (reads) and msgpackr (writes: the other has no keys that are numbers).
import { decode } from "@msgpack/msgpack";
import { Packr } from "msgpackr";
import { document, ENCODINGS, KINDS, PRIORITIES, payload, type Row, uuid } from "./fields.ts";

/** The fields of a message by their numbers. */
function fields(row: Row): Map<number, unknown> {
  const told = document(row);
  const trace = told.trace_context;
  const all: [number, unknown][] = [
    [1, uuid(told.id)],
    [2, told.version],
    [3, KINDS.indexOf(told.kind) + 1],
    [4, told.source],
    [5, told.target.agent],
    [6, told.target.topic],
    [7, told.target.broadcast],
    [8, told.timestamp],
    [9, told.priority === undefined ? undefined : PRIORITIES.indexOf(told.priority) + 1],
    [10, told.correlationId],
    [11, told.causationId === undefined ? undefined : uuid(told.causationId)],
    [12, told.replyTo],
    [13, told.ttl],
    [14, trace && [trace.traceparent, trace.tracestate ?? null, trace.baggage ?? null]],
    [15, told.headers],
    [16, told.schema],
    [17, told.extensions && mapped(told.extensions, ({ critical, value }) => [critical, value])],
    [18, told.encoding === undefined ? undefined : ENCODINGS.indexOf(told.encoding) + 1],
    [19, payload(row)],
  ];
  return new Map(all.filter(([, value]) => value !== undefined));
}

export function read(row: Row): { readonly found: unknown; readonly expected: unknown } {
  const found = decode(Buffer.from(row.msgpack, "hex")) as Record<string, unknown>;
  return { found: plain(found), expected: plain(Object.fromEntries(fields(row))) };
}

export function write(row: Row): Uint8Array {
  const message = fields(row);
  message.set(8, BigInt(message.get(8) as number));
  return new Packr({ useRecords: false, variableMapSize: true }).pack(message);
}

function mapped<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

/** Bytes as hexadecimal text, so that values can be compared. */
function plain(fields: Record<string, unknown>): Record<string, unknown> {
  return mapped(fields, (value) => (value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value));
}
