import type { Encoding, MessageKind, MessagePriority } from "../envelope.ts";

/** Codecs of an envelope: for people and `curl`, between nodes, and for languages with a code generator. */
export type CodecName = "json" | "msgpack" | "protobuf";
/** How a payload is made smaller: for speed, or so that others can read it. */
export type CompressionName = "lz4" | "deflate";
/** How a packet is sealed: two signatures, two ciphers. */
export type SealName = "hmac-sha256" | "ed25519" | "xchacha20-poly1305" | "aes-256-gcm";

/** Names in the order of their numbers in the protocol, which begin at 1. */
export const KINDS: readonly MessageKind[] = [
  "command",
  "query",
  "response",
  "event",
  "heartbeat",
  "error",
  "data",
  "notification",
];
export const PRIORITIES: readonly MessagePriority[] = ["low", "medium", "high", "critical"];
export const ENCODINGS: readonly Encoding[] = ["json", "msgpack", "bytes"];
export const CODECS: readonly CodecName[] = ["json", "msgpack", "protobuf"];
export const COMPRESSIONS: readonly CompressionName[] = ["lz4", "deflate"];
export const SEALS: readonly SealName[] = ["hmac-sha256", "ed25519", "xchacha20-poly1305", "aes-256-gcm"];

/** The number of a name; 0, which nothing has, for any other. */
export function numberOf(names: readonly string[], name: string): number {
  return names.indexOf(name) + 1;
}

/** Schemas that belong to the protocol begin with this. */
const RESERVED = "polyphon.";

/**
 * Schema of a message whose payload is any value of the application, or nothing: for those that have a kind but not the
 * payload its own schema asks for.
 */
export const VALUE_SCHEMA = "polyphon.value/1";

/** Whether a schema lets any payload be. */
export function isFree(schema: string): boolean {
  return schema === VALUE_SCHEMA || !schema.startsWith(RESERVED);
}
