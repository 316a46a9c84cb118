import { COMPRESSED_FROM } from "../compression/compressor.ts";
import type { Envelope, ReceivedEnvelope } from "../envelope.ts";
import type { OpenOptions, PacketOptions, PacketSeal } from "../packets.ts";
import { Payload } from "../payload.ts";
import type { DirectKey } from "../sealing/key-ring.ts";
import { COMPRESSIONS, ENCODINGS, isFree, numberOf } from "../wire/names.ts";
import { HeaderReader } from "./header-reader.ts";
import { writeHeader } from "./header-writer.ts";
import { DirectReader } from "./reader.ts";
import { keeps } from "./rules.ts";
import { FIELDS } from "./schema.generated.ts";
import { DirectWriter } from "./writer.ts";

/** Free bytes before a packet, which a key of HMAC needs. */
const MARGIN = 64;
/** Packets above this are sealed and checked where they stand. */
const COPIED = 16_384;
const MESSAGE_BYTES = 10 * 1024 * 1024;
const FIXED = 24;
const SEAL = 16;
const TAG = 32;
const HMAC = 1;
const ROOM = FIXED + SEAL + 64;

/**
 * The way most packets go: MessagePack, not compressed, sealed with the host's HMAC or not at all, with a payload of
 * MessagePack or bytes. It takes no call into the module. What is anything else, and what breaks a rule, is answered with
 * `undefined`: the module does it, or says what is wrong. So nothing is let through here that the module refuses.
 */
export class DirectPackets {
  readonly #out = new DirectWriter();
  readonly #headers = new HeaderReader();
  readonly #values = new DirectReader();
  /** Reads values at which no rule looks. */
  readonly #free = new DirectReader(true);
  #isWriting = false;
  readonly #framed = new Uint8Array(MARGIN + COPIED);

  pack(envelope: Envelope, options: PacketOptions): Uint8Array | undefined {
    const { codec = "msgpack", compression, seal } = options;
    const { payload } = envelope;
    if (codec !== "msgpack" || (compression !== undefined && !COMPRESSIONS.includes(compression))) return undefined;
    if (payload === undefined ? !mayLackPayload(envelope) : !isDirect(payload)) return undefined;
    const key = seal?.ring.sealing;
    if (seal !== undefined && (key === undefined || typeof seal.epoch !== "bigint" || !isCounter(seal.counter))) {
      return undefined;
    }
    // A getter of a payload may write a message of its own, or throw.
    if (this.#isWriting) return undefined;
    this.#isWriting = true;
    const out = this.#out;
    out.begin(MARGIN);
    let isWritten = false;
    try {
      isWritten = this.#write(envelope, payload, seal, key);
      // A long payload becomes smaller, which the module sees to.
      if (compression !== undefined && u32(out.bytes, out.start + 16) >= COMPRESSED_FROM) isWritten = false;
    } finally {
      this.#isWriting = false;
      if (!isWritten) out.abandon(MARGIN);
    }
    return isWritten ? out.taken() : undefined;
  }

  #write(
    envelope: Envelope,
    payload: Payload | undefined,
    seal: PacketSeal | undefined,
    key: DirectKey | undefined,
  ): boolean {
    const out = this.#out;
    out.reserve(ROOM);
    writeMagic(out.bytes, out.at, payload === undefined ? 0 : numberOf(ENCODINGS, payload.encoding));
    out.at += FIXED;
    if (seal !== undefined && key !== undefined) {
      out.bytes[out.start + 8] = HMAC;
      out.bytes[out.start + 9] = key.id.length;
      out.setU64(out.at, seal.epoch);
      out.setU32(out.at + 8, seal.counter >>> 0);
      out.setU32(out.at + 12, Math.floor(seal.counter / 0x1_0000_0000));
      out.at += SEAL;
      for (let index = 0; index < key.id.length; index++) out.byte(key.id[index] as number);
    }
    const headerAt = out.at - out.start;
    if (!writeHeader(out, envelope)) return false;
    const payloadAt = out.at - out.start;
    if (payload !== undefined && !this.#payload(envelope, payload)) return false;
    out.reserve(TAG);
    const size = out.at - out.start;
    if (size + TAG > MESSAGE_BYTES) return false;
    out.setU32(out.start + 12, payloadAt - headerAt);
    out.setU32(out.start + 16, size - payloadAt);
    out.setU32(out.start + 20, size - payloadAt);
    if (key === undefined) return true;
    const tag = key.tag(out.bytes, out.start, out.at);
    for (let index = 0; index < TAG; index++) out.byte(tag.charCodeAt(index));
    return true;
  }

  #payload({ kind, schema }: Envelope, payload: Payload): boolean {
    const fields = schema === undefined ? FIELDS[kind] : null;
    const out = this.#out;
    if (payload.encoding === "msgpack" && payload.hasValue) {
      const value = payload.value();
      return out.value(value, 0) && (fields === null || keeps(value, fields));
    }
    const { bytes } = payload;
    if (payload.encoding === "msgpack") {
      const value = (fields === null ? this.#free : this.#values).read(bytes, 0, bytes.length);
      if (value === undefined || (fields !== null && !keeps(value, fields))) return false;
    } else if (fields !== null) {
      return false;
    }
    out.reserve(bytes.length + TAG);
    out.bytes.set(bytes, out.at);
    out.at += bytes.length;
    return true;
  }

  open(packet: Uint8Array, { ring, guard, sealedOnly = false }: OpenOptions): ReceivedEnvelope | undefined {
    const { length } = packet;
    if (length < FIXED || length > MESSAGE_BYTES) return undefined;
    if (!hasMagic(packet)) return undefined;
    const isEmpty = packet[6] === 0;
    const encoding = isEmpty ? "bytes" : ENCODINGS[(packet[6] as number) - 1];
    const seal = packet[8] as number;
    const idBytes = packet[9] as number;
    if (packet[7] !== 0 || packet[10] !== 0 || packet[11] !== 0 || seal > HMAC) return undefined;
    if (encoding === undefined || encoding === "json") return undefined;
    const headerAt = FIXED + (seal === HMAC ? SEAL + idBytes : 0);
    const payloadAt = headerAt + u32(packet, 12);
    const end = payloadAt + u32(packet, 16);
    if (end + (seal === HMAC ? TAG : 0) !== length || u32(packet, 20) !== end - payloadAt) return undefined;
    if (seal === HMAC) {
      const key = ring?.opening(packet, FIXED + SEAL, idBytes);
      if (key === undefined || !this.#isSealed(packet, end, key)) return undefined;
    } else if (sealedOnly || idBytes !== 0) {
      return undefined;
    }
    const header = this.#headers.read(packet, headerAt, payloadAt);
    if (header === undefined) return undefined;
    const fields = header.schema === undefined ? FIELDS[header.kind] : null;
    const body = packet.subarray(payloadAt, end);
    let payload: Payload | undefined;
    if (isEmpty) {
      if (end !== payloadAt || !mayLackPayload(header)) return undefined;
    } else if (encoding === "bytes") {
      if (fields !== null) return undefined;
      payload = Payload.bytes(body);
    } else {
      const value = (fields === null ? this.#free : this.#values).read(packet, payloadAt, end);
      if (value === undefined || (fields !== null && !keeps(value, fields))) return undefined;
      payload = Payload.read("msgpack", body, value);
    }
    // Last of all, since a packet passes once.
    if (seal === HMAC && guard !== undefined && !guard.admits(header.source, packet, FIXED, idBytes)) return undefined;
    header.payload = payload;
    return header;
  }

  /** Whether the tag behind `end` is that of the key; takes as long wherever they differ. */
  #isSealed(packet: Uint8Array, end: number, key: DirectKey): boolean {
    let tag: string;
    if (end <= COPIED) {
      this.#framed.set(packet.length === end ? packet : packet.subarray(0, end), MARGIN);
      tag = key.tag(this.#framed, MARGIN, MARGIN + end);
    } else {
      tag = key.longTag(packet.subarray(0, end));
    }
    let differs = 0;
    for (let index = 0; index < TAG; index++) differs |= tag.charCodeAt(index) ^ (packet[end + index] as number);
    return differs === 0;
  }
}

/** Whether a payload is one that needs no call. */
function isDirect(payload: unknown): boolean {
  return payload instanceof Payload && payload.encoding !== "json";
}

/** Whether a message may be without a payload: only a schema of the application's does not ask for one. */
function mayLackPayload({ schema }: Envelope): boolean {
  return schema !== undefined && isFree(schema);
}

/** `PLYM`, format 1, the codec MessagePack, an encoding; the rest of the fixed bytes is 0. */
function writeMagic(bytes: Uint8Array, at: number, encoding: number): void {
  bytes[at] = 0x50;
  bytes[at + 1] = 0x4c;
  bytes[at + 2] = 0x59;
  bytes[at + 3] = 0x4d;
  bytes[at + 4] = 1;
  bytes[at + 5] = 2;
  bytes[at + 6] = encoding;
  for (let index = 7; index < FIXED; index++) bytes[at + index] = 0;
}

function hasMagic(bytes: Uint8Array): boolean {
  const isPacket = bytes[0] === 0x50 && bytes[1] === 0x4c && bytes[2] === 0x59 && bytes[3] === 0x4d;
  return isPacket && bytes[4] === 1 && bytes[5] === 2;
}

function isCounter(counter: number): boolean {
  return Number.isSafeInteger(counter) && counter >= 1;
}

function u32(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
  return low + (bytes[at + 3] as number) * 0x100_0000;
}
