import type { Envelope, Extension } from "../envelope.ts";
import { isFree, KINDS, numberOf, PRIORITIES } from "../wire/names.ts";
import { digit, isName, isSubject, isTraceparent, NAME_BYTES } from "./texts.ts";
import type { DirectWriter } from "./writer.ts";

/** Bytes of headers, at most: what has more is left to the module. */
const HEADERS = 2_048;
/** The same of extensions. */
const EXTENSIONS = 1_024;
/** Room for these, ten names and the fixed fields. */
const ROOM = 6_144;
const MEDIUM = 2;
const ID_UNITS = 36;

/**
 * Writes the header of a message as the module's codec of MessagePack does. `false` for what breaks a rule and for what is
 * rare: texts that are not ASCII, unknown fields, other versions. The module has the last word on these.
 */
export function writeHeader(out: DirectWriter, envelope: Envelope): boolean {
  const { kind, version, target, timestampMs, priority, correlationId, causationId, replyTo, ttlMs } = envelope;
  const { trace, headers, schema, extensions } = envelope;
  if (envelope.unknown !== undefined) return false;
  if (version !== undefined && version !== "1.0.0") return false;
  const kindNumber = numberOf(KINDS, kind);
  const urgency = priority === undefined ? MEDIUM : numberOf(PRIORITIES, priority);
  if (kindNumber === 0 || urgency === 0 || !isTime(timestampMs) || !fits(envelope)) return false;
  const names = headers === undefined ? NONE : namesOf(headers);
  const extended = extensions === undefined ? NONE : namesOf(extensions);
  out.reserve(ROOM);
  const fields =
    6 +
    (urgency === MEDIUM ? 0 : 1) +
    (correlationId === undefined ? 0 : 1) +
    (causationId === undefined ? 0 : 1) +
    (replyTo === undefined ? 0 : 1) +
    (ttlMs === undefined ? 0 : 1) +
    (trace === undefined ? 0 : 1) +
    (names.length === 0 ? 0 : 1) +
    (schema === undefined ? 0 : 1) +
    (extended.length === 0 ? 0 : 1);
  if (fields > 15) return false;
  out.byte(0x80 | fields);
  if (!writeId(out, 1, envelope.id)) return false;
  for (let index = 0; index < VERSION_FIELD.length; index++) out.byte(VERSION_FIELD[index] as number);
  out.byte(3);
  out.byte(kindNumber);
  if (!writeText(out, 4, envelope.source, isName) || !writeTarget(out, target)) return false;
  out.byte(8);
  out.uint(timestampMs);
  if (urgency !== MEDIUM) {
    out.byte(9);
    out.byte(urgency);
  }
  if (correlationId !== undefined && !writeText(out, 10, correlationId, isName)) return false;
  if (causationId !== undefined && !writeId(out, 11, causationId)) return false;
  if (replyTo !== undefined && !writeText(out, 12, replyTo, isSubject)) return false;
  if (ttlMs !== undefined) {
    if (!isTime(ttlMs) || ttlMs === 0) return false;
    out.byte(13);
    out.uint(ttlMs);
  }
  if (trace !== undefined) {
    if (trace === null || trace.tracestate !== undefined || trace.baggage !== undefined) return false;
    out.byte(14);
    out.byte(0x93);
    if (!writeAscii(out, trace.traceparent, isTraceparent)) return false;
    out.byte(0xc0);
    out.byte(0xc0);
  }
  if (names.length > 0 && !writeHeaders(out, headers as Readonly<Record<string, string>>, names)) return false;
  if (schema !== undefined && !(isFree(schema) && writeText(out, 16, schema, isName))) return false;
  return extended.length === 0 || writeExtensions(out, extensions as Readonly<Record<string, Extension>>, extended);
}

/** In the order of their names, which is that of their bytes when they are ASCII. */
function namesOf(map: object): readonly string[] {
  const names = Object.keys(map);
  for (let at = 1; at < names.length; at++) {
    if ((names[at - 1] as string) >= (names[at] as string)) return names.sort();
  }
  return names;
}

/** What a kind demands of a header. */
function fits({ kind, target, correlationId, replyTo }: Envelope): boolean {
  if (target === null || typeof target !== "object") return false;
  if (kind === "response" && correlationId === undefined) return false;
  if (kind === "query" && replyTo === undefined) return false;
  return !("broadcast" in target) || (kind !== "response" && kind !== "query" && kind !== "error");
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function writeTarget(out: DirectWriter, target: Envelope["target"]): boolean {
  if ("topic" in target) return writeText(out, 6, target.topic, isSubject);
  if ("agent" in target) return writeText(out, 5, target.agent, isName);
  if (target.broadcast !== true) return false;
  out.byte(7);
  out.byte(0xc3);
  return true;
}

function writeHeaders(out: DirectWriter, headers: Readonly<Record<string, string>>, names: readonly string[]): boolean {
  if (names.length > 15) return false;
  const limit = out.at + HEADERS;
  out.byte(15);
  out.byte(0x80 | names.length);
  for (const name of names) {
    const value = headers[name];
    if (typeof value !== "string" || out.at + name.length + value.length + 6 > limit) return false;
    if (!writeAscii(out, name, isName) || !writeAscii(out, value, isAny)) return false;
  }
  return true;
}

function writeExtensions(
  out: DirectWriter,
  extensions: Readonly<Record<string, Extension>>,
  names: readonly string[],
): boolean {
  if (names.length > 15) return false;
  const limit = out.at + EXTENSIONS;
  out.byte(17);
  out.byte(0x80 | names.length);
  for (const name of names) {
    const { critical, value } = extensions[name] as Extension;
    if (typeof critical !== "boolean" || typeof value !== "string") return false;
    if (out.at + name.length + value.length + 8 > limit || !writeAscii(out, name, isName)) return false;
    out.byte(0x92);
    out.byte(critical ? 0xc3 : 0xc2);
    if (!writeAscii(out, value, isAny)) return false;
  }
  return true;
}

function isAny(): boolean {
  return true;
}

type Check = (bytes: Uint8Array, from: number, end: number) => boolean;

function writeText(out: DirectWriter, field: number, text: unknown, check: Check): boolean {
  if (typeof text !== "string" || text.length > NAME_BYTES) return false;
  out.byte(field);
  return writeAscii(out, text, check);
}

/** A text of ASCII that a check lets pass. There must be room for it. */
function writeAscii(out: DirectWriter, text: unknown, check: Check): boolean {
  if (typeof text !== "string") return false;
  const { bytes } = out;
  const { length } = text;
  let at = out.at;
  if (length < 32) {
    bytes[at++] = 0xa0 | length;
  } else if (length < 0x100) {
    bytes[at++] = 0xd9;
    bytes[at++] = length;
  } else {
    bytes[at++] = 0xda;
    bytes[at++] = length >> 8;
    bytes[at++] = length & 0xff;
  }
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code >= 0x80) return false;
    bytes[at + index] = code;
  }
  out.at = at + length;
  return check(bytes, at, out.at);
}

/** A UUID of version 7 as its 16 bytes. */
function writeId(out: DirectWriter, field: number, id: unknown): boolean {
  if (typeof id !== "string" || id.length !== ID_UNITS) return false;
  const { bytes } = out;
  let to = out.at;
  bytes[to++] = field;
  bytes[to++] = 0xc4;
  bytes[to++] = 16;
  for (let at = 0; at < ID_UNITS; at += 2) {
    if (at === 8 || at === 13 || at === 18 || at === 23) {
      if (id.charCodeAt(at) !== 0x2d) return false;
      at++;
    }
    const high = digit(id.charCodeAt(at));
    const low = digit(id.charCodeAt(at + 1));
    if ((high | low) < 0) return false;
    bytes[to++] = (high << 4) | low;
  }
  out.at = to;
  return isUuid7(bytes, to - 16);
}

/** Whether 16 bytes say they are a UUID of version 7. */
export function isUuid7(bytes: Uint8Array, at: number): boolean {
  return (bytes[at + 6] as number) >> 4 === 7 && (bytes[at + 8] as number) >> 6 === 2;
}

const NONE: readonly string[] = Object.freeze([]);
const VERSION_FIELD: Uint8Array = Uint8Array.of(2, 0xa5, 0x31, 0x2e, 0x30, 0x2e, 0x30);
