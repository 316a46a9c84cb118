// The same work with libraries: encode, validate, sign, verify, decode.
import { createHmac, createSecretKey, timingSafeEqual } from "node:crypto";
import * as official from "@msgpack/msgpack";
import { Packr } from "msgpackr";
import protobuf from "protobufjs";
import { z } from "zod";
import type { Plain } from "./messages.ts";

/** A stack: how it writes a message and reads it. */
export interface Stack {
  readonly name: string;
  /** Whether both ends must know what earlier messages looked like. */
  readonly isShared?: boolean;
  write(message: Plain): Uint8Array;
  read(bytes: Uint8Array): Plain;
}

const key = createSecretKey(Buffer.alloc(32, 7));
const TAG = 32;

const name = z.string().min(1).max(256);
const common = {
  id: z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
  version: z.string().regex(/^1\.\d+\.\d+$/),
  source: name,
  target: z.union([
    z.strictObject({ topic: name }),
    z.strictObject({ agent: name }),
    z.strictObject({ broadcast: z.literal(true) }),
  ]),
  timestamp: z.int().min(0),
  priority: z.enum(["low", "medium", "high", "critical"]),
  correlationId: name,
  trace_context: z.strictObject({ traceparent: z.string().regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/) }),
  headers: z.record(name, z.string().max(65_536)),
};
const schema = z.discriminatedUnion("kind", [
  z.object({ ...common, kind: z.literal("event"), payload: z.looseObject({ name, data: z.unknown() }) }),
  z.object({ ...common, kind: z.literal("data"), payload: z.instanceof(Uint8Array) }),
]);

/** A stack that signs what a codec writes, and validates what it reads. */
function stack(codec: string, encode: (message: Plain) => Uint8Array, decode: (bytes: Uint8Array) => unknown): Stack {
  return {
    name: `${codec}+zod+node:crypto`,
    write(message) {
      const body = encode(message);
      const tag = createHmac("sha256", key).update(body).digest();
      return Buffer.concat([body, tag]);
    },
    read(signed) {
      const body = signed.subarray(0, signed.length - TAG);
      const tag = createHmac("sha256", key).update(body).digest();
      if (!timingSafeEqual(tag, signed.subarray(body.length))) throw new Error("the signature is broken");
      return schema.parse(decode(body)) as Plain;
    },
  };
}

const packr = new Packr({ useRecords: false });
const records = new Packr();
const shared = new Packr({ structures: [] });
const { Envelope } = protobuf.parse(`syntax = "proto3"; message Envelope {
  string id = 1; string version = 2; string kind = 3; string source = 4; string topic = 5; uint64 timestamp = 6;
  string priority = 7; string correlationId = 8; string traceparent = 9; map<string, string> headers = 10; bytes payload = 11; }`)
  .root.nested as unknown as { Envelope: protobuf.Type };
const text = new TextEncoder();
const words = new TextDecoder();

/** Bytes have no place in JSON: there they are base64. */
const json = stack(
  "JSON",
  (message) => {
    const { payload } = message;
    const written = payload instanceof Uint8Array ? Buffer.from(payload).toString("base64") : payload;
    return text.encode(JSON.stringify({ ...message, payload: written }));
  },
  (bytes) => {
    const read = JSON.parse(words.decode(bytes)) as { payload: unknown };
    if (typeof read.payload === "string") read.payload = Buffer.from(read.payload, "base64");
    return read;
  },
);

/** Protobuf has no structure without a schema of its own: the payload travels as JSON. */
const proto = stack(
  "protobufjs",
  (message) => {
    const { target, trace_context, payload, ...rest } = message;
    const bytes = payload instanceof Uint8Array ? payload : text.encode(JSON.stringify(payload));
    return Envelope.encode({
      ...rest,
      topic: target.topic,
      traceparent: trace_context.traceparent,
      payload: bytes,
    }).finish();
  },
  (bytes) => {
    const read = Envelope.decode(bytes) as unknown as Record<string, unknown> & { payload: Uint8Array; kind: string };
    const payload = read.kind === "data" ? read.payload : JSON.parse(words.decode(read.payload));
    const { topic, traceparent, timestamp } = read;
    return { ...read, target: { topic }, trace_context: { traceparent }, timestamp: Number(timestamp), payload };
  },
);

/** Every stack; the fastest at a size is what we are compared with there. */
export const STACKS: readonly Stack[] = [
  stack(
    "msgpackr",
    (message) => packr.pack(message),
    (bytes) => packr.unpack(bytes),
  ),
  stack(
    "msgpackr records",
    (message) => records.pack(message),
    (bytes) => records.unpack(bytes),
  ),
  {
    ...stack(
      "msgpackr shared",
      (message) => shared.pack(message),
      (bytes) => shared.unpack(bytes),
    ),
    isShared: true,
  },
  stack(
    "@msgpack/msgpack",
    (message) => official.encode(message),
    (bytes) => official.decode(bytes),
  ),
  json,
  proto,
];
