/** Levels of lists and maps inside each other, and keys of one map: limits of the protocol. */
export const DEPTH = 64;
export const KEYS = 10_000;

/** Texts up to this length are written here, longer ones by the platform. */
const SHORT_TEXT = 40;
/** Memory that small things share; what is left of it is given up when it is less than {@link ROOM}. */
const POOL = 32_768;
const ROOM = 1_024;
/** Memory that is kept for large messages. */
const LARGE = 256 * 1024;
/** Free bytes before what is written, at most. */
const MARGIN_MOST = 64;
const HALF = 0x1_0000_0000;
const I64_LEAST = -(2n ** 63n);
const U64_MOST = 2n ** 64n - 1n;

/**
 * Writes MessagePack as the Rust core does, into memory that is used again. What the protocol does not allow is answered
 * with `false`: {@link DirectWriter.trouble} says why, and what was written until then is of no use.
 */
export class DirectWriter {
  bytes: Uint8Array = NOTHING;
  at = 0;
  /** Where what is being written begins. */
  start = 0;
  /** The rule a refused value breaks, and the code it is refused with. */
  trouble = "";
  code: "PROTOCOL_FIELD_INVALID" | "PROTOCOL_LIMIT_EXCEEDED" = "PROTOCOL_FIELD_INVALID";
  #view: DataView = new DataView(NOTHING.buffer);
  /** What the last large message was written into. */
  #large: Uint8Array = NOTHING;
  /** The memory that small things share, while a large message is written, and how far it is taken. */
  #pool: Uint8Array = NOTHING;
  #poolAt = 0;

  /** Begins anew behind what was taken, leaving `margin` bytes free before. */
  begin(margin: number): void {
    if (this.start + margin + ROOM > this.bytes.length) this.#move(new Uint8Array(POOL), 0);
    this.start += margin;
    this.at = this.start;
  }

  /** What was written, which stays: small things share memory, since each with memory of its own would cost more. */
  taken(): Uint8Array {
    const { start, at, bytes } = this;
    if (bytes.length <= POOL) {
      this.start = at;
      return bytes.subarray(start, at);
    }
    // Memory that grew is warm, and more than was needed: it serves the next large message.
    const taken = bytes.slice(start, at);
    this.#putAside();
    return taken;
  }

  /** Forgets what was written since {@link begin} was called with this margin. */
  abandon(margin: number): void {
    if (this.bytes.length > POOL) this.#putAside();
    else this.start -= margin;
  }

  /** Room for `more` bytes. Offsets from {@link start} stay what they were. */
  reserve(more: number): void {
    const { start, at, bytes } = this;
    if (at + more <= bytes.length) return;
    // What is before the start belongs to others, but for the margin.
    const length = at - start;
    const room = MARGIN_MOST + length + more;
    const grown =
      room > POOL && room <= this.#large.length && bytes !== this.#large
        ? this.#large
        : new Uint8Array(Math.max(POOL, room + length));
    grown.set(bytes.subarray(start, at), MARGIN_MOST);
    if (bytes.length <= POOL && grown.length > POOL) {
      this.#pool = bytes;
      this.#poolAt = start;
    }
    this.#move(grown, MARGIN_MOST);
    this.at = MARGIN_MOST + length;
  }

  /** Ends a large message. */
  #putAside(): void {
    if (this.bytes.length <= LARGE) this.#large = this.bytes;
    this.#move(this.#pool, this.#poolAt);
    this.#pool = NOTHING;
    this.#poolAt = 0;
  }

  #move(bytes: Uint8Array, start: number): void {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer);
    this.start = start;
    this.at = start;
  }

  byte(value: number): void {
    this.bytes[this.at++] = value;
  }

  /** An integer from 0 to 2^53 - 1; there must be room for 9 bytes. */
  uint(value: number): void {
    const { bytes } = this;
    if (value < 0x80) {
      bytes[this.at++] = value;
    } else if (value < 0x100) {
      bytes[this.at++] = 0xcc;
      bytes[this.at++] = value;
    } else if (value < 0x1_0000) {
      bytes[this.at++] = 0xcd;
      this.#view.setUint16(this.at, value);
      this.at += 2;
    } else if (value < HALF) {
      bytes[this.at++] = 0xce;
      this.#view.setUint32(this.at, value);
      this.at += 4;
    } else {
      bytes[this.at++] = 0xcf;
      this.#view.setUint32(this.at, Math.floor(value / HALF));
      this.#view.setUint32(this.at + 4, value % HALF);
      this.at += 8;
    }
  }

  /** 32 bits, the low byte first, at an offset. */
  setU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  /** 64 bits, the low byte first, at an offset. */
  setU64(at: number, value: bigint): void {
    this.#view.setBigUint64(at, value, true);
  }

  /** Bytes with their head. */
  bin(value: Uint8Array): void {
    this.reserve(5 + value.length);
    this.binHead(value.length);
    this.bytes.set(value, this.at);
    this.at += value.length;
  }

  /** The head of as many bytes. */
  binHead(length: number): void {
    this.#head(length, 0xc4, 0xc5, 0xc6);
  }

  /** Any value of the protocol. `depth` levels are around it. */
  value(value: unknown, depth: number): boolean {
    switch (typeof value) {
      case "string":
        return this.#text(value);
      case "number":
        this.#number(value);
        return true;
      case "boolean":
        this.reserve(1);
        this.bytes[this.at++] = value ? 0xc3 : 0xc2;
        return true;
      case "bigint":
        return this.#bigint(value);
      case "undefined":
        return this.#nil();
      case "object":
        return value === null ? this.#nil() : this.#object(value, depth);
      default:
        return this.#refuse("must have values that MessagePack knows");
    }
  }

  #object(value: object, depth: number): boolean {
    if (value instanceof Uint8Array) {
      this.bin(value);
      return true;
    }
    if (depth === DEPTH) return this.#refuse("at most 64 levels of nesting", "PROTOCOL_LIMIT_EXCEEDED");
    if (Array.isArray(value)) return this.#list(value, depth + 1);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return this.#refuse("must have plain objects only");
    return this.#map(value as Readonly<Record<string, unknown>>, depth + 1);
  }

  #list(values: readonly unknown[], depth: number): boolean {
    const { length } = values;
    this.reserve(5);
    if (length < 16) this.bytes[this.at++] = 0x90 | length;
    else this.#head(length, 0, 0xdc, 0xdd);
    for (let index = 0; index < length; index++) {
      if (!this.value(values[index], depth)) return false;
    }
    return true;
  }

  /** Fields without a value are left out. */
  #map(map: Readonly<Record<string, unknown>>, depth: number): boolean {
    this.reserve(1);
    // What is written may move.
    const headAt = this.at++ - this.start;
    let count = 0;
    for (const key in map) {
      const value = map[key];
      if (value === undefined) continue;
      count++;
      if (!this.#text(key)) return false;
      if (!this.value(value, depth)) return false;
    }
    if (count < 16) {
      this.bytes[this.start + headAt] = 0x80 | count;
      return true;
    }
    if (count > KEYS) return this.#refuse("a map has at most 10000 keys", "PROTOCOL_LIMIT_EXCEEDED");
    // The head is wider than the room for it: what follows makes way.
    this.reserve(2);
    const head = this.start + headAt;
    this.bytes.copyWithin(head + 3, head + 1, this.at);
    this.bytes[head] = 0xde;
    this.#view.setUint16(head + 1, count);
    this.at += 2;
    return true;
  }

  #number(value: number): void {
    this.reserve(9);
    if (Number.isSafeInteger(value)) {
      if (value > 0 || Object.is(value, 0)) {
        this.uint(value);
        return;
      }
      if (value < 0) {
        this.#negative(value);
        return;
      }
    }
    this.bytes[this.at] = 0xcb;
    this.#view.setFloat64(this.at + 1, value);
    this.at += 9;
  }

  #negative(value: number): void {
    const { bytes } = this;
    if (value >= -32) {
      bytes[this.at++] = value;
    } else if (value >= -0x80) {
      bytes[this.at++] = 0xd0;
      bytes[this.at++] = value;
    } else if (value >= -0x8000) {
      bytes[this.at++] = 0xd1;
      this.#view.setInt16(this.at, value);
      this.at += 2;
    } else if (value >= -0x8000_0000) {
      bytes[this.at++] = 0xd2;
      this.#view.setInt32(this.at, value);
      this.at += 4;
    } else {
      bytes[this.at++] = 0xd3;
      this.#view.setBigInt64(this.at, BigInt(value));
      this.at += 8;
    }
  }

  #bigint(value: bigint): boolean {
    if (value < I64_LEAST || value > U64_MOST) return this.#refuse("must have integers of 64 bits");
    const number = Number(value);
    if (Number.isSafeInteger(number)) {
      this.#number(number);
      return true;
    }
    this.reserve(9);
    this.bytes[this.at] = value < 0n ? 0xd3 : 0xcf;
    if (value < 0n) this.#view.setBigInt64(this.at + 1, value);
    else this.#view.setBigUint64(this.at + 1, value);
    this.at += 9;
    return true;
  }

  #text(text: string): boolean {
    const { length } = text;
    if (length < SHORT_TEXT && this.#ascii(text, length)) return true;
    // An encoder would put another character in the place of half a pair.
    if (!text.isWellFormed()) return this.#refuse("must have no lone surrogates");
    this.reserve(5 + length * 3);
    // The head's width follows from the encoded length: the text is encoded behind the widest and moved.
    const from = this.at + 5;
    const { written } = encoder.encodeInto(text, this.bytes.subarray(from));
    if (written < 32) this.bytes[this.at++] = 0xa0 | written;
    else this.#head(written, 0xd9, 0xda, 0xdb);
    this.bytes.copyWithin(this.at, from, from + written);
    this.at += written;
    return true;
  }

  #ascii(text: string, length: number): boolean {
    this.reserve(length + 2);
    const { bytes } = this;
    let at = this.at;
    if (length < 32) {
      bytes[at++] = 0xa0 | length;
    } else {
      bytes[at++] = 0xd9;
      bytes[at++] = length;
    }
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) return false;
      bytes[at + index] = code;
    }
    this.at = at + length;
    return true;
  }

  #nil(): true {
    this.reserve(1);
    this.bytes[this.at++] = 0xc0;
    return true;
  }

  /** A length: one byte wide behind `narrow`, if that is a tag, two behind `middle`, four behind `wide`. */
  #head(length: number, narrow: number, middle: number, wide: number): void {
    if (length < 0x100 && narrow !== 0) {
      this.bytes[this.at++] = narrow;
      this.bytes[this.at++] = length;
    } else if (length < 0x1_0000) {
      this.bytes[this.at] = middle;
      this.#view.setUint16(this.at + 1, length);
      this.at += 3;
    } else {
      this.bytes[this.at] = wide;
      this.#view.setUint32(this.at + 1, length);
      this.at += 5;
    }
  }

  #refuse(rule: string, code: DirectWriter["code"] = "PROTOCOL_FIELD_INVALID"): false {
    this.trouble = rule;
    this.code = code;
    return false;
  }
}

const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();
