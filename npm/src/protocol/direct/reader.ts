import { DEPTH, KEYS } from "./writer.ts";

/** Texts below this length are put together here, which takes less than the way through the platform. */
const SHORT_TEXT = 13;
/** Short texts a reader remembers. */
const TEXTS = 64;
/** Maps a reader remembers, and how many of their keys. */
const SHAPES = 16;
const FIELDS = 16;
const HALF = 0x1_0000_0000;

/**
 * Reads values of MessagePack as the Rust core does. `undefined`, which is no value of MessagePack, is the answer for what breaks a rule; the caller lets the
 * module say which.
 */
export class DirectReader {
  #bytes: Uint8Array = NOTHING;
  #view: DataView = new DataView(NOTHING.buffer);
  #at = 0;
  #end = 0;
  /** Short texts that were read last, by a few of their bytes: the same names come again and again. */
  readonly #texts: string[] = new Array(TEXTS).fill("");
  /** Keys of the last map, by how many it had. */
  readonly #keys: string[][] = Array.from({ length: SHAPES }, () => new Array(FIELDS).fill(""));
  /** Levels at which rules look at values. */
  readonly #ruled: number;

  /** `isJudged`: the value was judged already, so nothing in it is left to the module for what a rule may say. */
  constructor(isJudged = false) {
    this.#ruled = isJudged ? -1 : 1;
  }

  /** The value that fills the bytes from `at` to `end`. Bytes in it are views. */
  read(bytes: Uint8Array, at: number, end: number): unknown {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
    this.#end = end;
    const value = this.#value(0);
    const isWhole = this.#at === end;
    this.#bytes = NOTHING;
    return isWhole ? value : undefined;
  }

  #value(depth: number): unknown {
    if (this.#at >= this.#end) return undefined;
    const tag = this.#bytes[this.#at] as number;
    if (tag < 0x80) {
      this.#at++;
      return tag;
    }
    if (tag < 0x90) {
      this.#at++;
      return this.#map(tag & 0x0f, depth);
    }
    if (tag < 0xa0) {
      this.#at++;
      return this.#list(tag & 0x0f, depth);
    }
    if (tag < 0xc0) {
      this.#at++;
      return this.#text(tag & 0x1f);
    }
    if (tag >= 0xe0) {
      this.#at++;
      return tag - 0x100;
    }
    return this.#tagged(tag, depth);
  }

  #tagged(tag: number, depth: number): unknown {
    const at = this.#at + 1;
    const width = WIDTHS[tag - 0xc0] as number;
    if (width < 0 || at + width > this.#end) return undefined;
    this.#at = at + width;
    switch (tag) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xca:
        return this.#float(this.#view.getFloat32(at), depth);
      case 0xcb:
        return this.#float(this.#view.getFloat64(at), depth);
      case 0xcc:
        return this.#bytes[at];
      case 0xcd:
        return this.#view.getUint16(at);
      case 0xce:
        return this.#view.getUint32(at);
      case 0xcf:
        return number(this.#view.getUint32(at), this.#view.getUint32(at + 4)) ?? this.#view.getBigUint64(at);
      case 0xd0:
        return this.#int(this.#view.getInt8(at), depth);
      case 0xd1:
        return this.#int(this.#view.getInt16(at), depth);
      case 0xd2:
        return this.#int(this.#view.getInt32(at), depth);
      case 0xd3:
        return this.#long(at, depth);
      default:
        return this.#sized(tag, this.#length(at, width), depth);
    }
  }

  #sized(tag: number, length: number, depth: number): unknown {
    if (tag <= 0xc6) {
      const from = this.#at;
      if (from + length > this.#end) return undefined;
      this.#at = from + length;
      return this.#bytes.subarray(from, from + length);
    }
    if (tag <= 0xdb) return this.#text(length);
    return tag <= 0xdd ? this.#list(length, depth) : this.#map(length, depth);
  }

  #length(at: number, width: number): number {
    if (width === 1) return this.#bytes[at] as number;
    return width === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  // A rule may ask for an integer, and JavaScript does not tell 1 from 1.0, nor how an integer was written.
  #float(value: number, depth: number): number | undefined {
    return depth <= this.#ruled && Number.isInteger(value) ? undefined : value;
  }

  #int(value: number, depth: number): number | undefined {
    return depth <= this.#ruled && value >= 0 ? undefined : value;
  }

  #long(at: number, depth: number): number | bigint | undefined {
    const long = this.#view.getBigInt64(at);
    if (depth <= this.#ruled && long >= 0n) return undefined;
    const short = Number(long);
    return Number.isSafeInteger(short) ? short : long;
  }

  #list(length: number, depth: number): unknown {
    // Each item has a byte at least.
    if (depth === DEPTH || length > this.#end - this.#at) return undefined;
    const values: unknown[] = [];
    for (let left = length; left > 0; left--) {
      const value = this.#value(depth + 1);
      if (value === undefined) return undefined;
      values.push(value);
    }
    return values;
  }

  #map(length: number, depth: number): unknown {
    if (depth === DEPTH || length > KEYS || length > this.#end - this.#at) return undefined;
    const map: Record<string, unknown> = {};
    const keys = this.#keys[length & (SHAPES - 1)] as string[];
    for (let index = 0; index < length; index++) {
      const guess = index < FIELDS ? (keys[index] as string) : "";
      const key = this.#key(guess);
      if (key === undefined) return undefined;
      if (key !== guess && index < FIELDS) keys[index] = key;
      const value = this.#value(depth + 1);
      if (value === undefined) return undefined;
      // A name like any other.
      if (key === "__proto__") Object.defineProperty(map, key, { value, ...OWN });
      else map[key as string] = value;
    }
    if (depth >= this.#ruled) return map;
    // A field may stand once in what rules look at.
    let count = 0;
    for (const _ in map) count++;
    return count === length ? map : undefined;
  }

  /** The next key. Maps of as many fields often have the same: `guess` is what the last one had here. */
  #key(guess: string): string | undefined {
    const at = this.#at;
    if (at >= this.#end) return undefined;
    const tag = this.#bytes[at] as number;
    if (tag < 0xa0 || tag >= 0xc0) return tag < 0xd9 || tag > 0xdb ? undefined : (this.#tagged(tag, DEPTH) as string);
    const length = tag & 0x1f;
    this.#at = at + 1;
    if (guess.length === length && at + length < this.#end && isAt(this.#bytes, at + 1, guess)) {
      this.#at = at + 1 + length;
      return guess;
    }
    return this.#text(length);
  }

  #text(length: number): string | undefined {
    const from = this.#at;
    const end = from + length;
    if (end > this.#end) return undefined;
    this.#at = end;
    if (length < SHORT_TEXT) {
      const short = this.#short(from, length);
      if (short !== undefined) return short;
    }
    try {
      return strict.decode(this.#bytes.subarray(from, end));
    } catch {
      return undefined;
    }
  }

  /** A text of ASCII. */
  #short(from: number, length: number): string | undefined {
    if (length === 0) return "";
    const bytes = this.#bytes;
    const first = bytes[from] as number;
    const last = bytes[from + length - 1] as number;
    const slot = (length * 7 + first * 5 + last) % TEXTS;
    const known = this.#texts[slot] as string;
    if (known.length === length && isAt(bytes, from, known)) return known;
    for (let index = 0; index < length; index++) if ((bytes[from + index] as number) >= 0x80) return undefined;
    const text = made(bytes, from, length);
    this.#texts[slot] = text;
    return text;
  }
}

function isAt(bytes: Uint8Array, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) !== bytes[at + index]) return false;
  return true;
}

/** The text of 1 to 12 bytes; with a fixed number of arguments that is fast. */
function made(b: Uint8Array, at: number, length: number): string {
  const byte = (index: number): number => b[at + index] as number;
  switch (length) {
    case 1:
      return String.fromCharCode(byte(0));
    case 2:
      return String.fromCharCode(byte(0), byte(1));
    case 3:
      return String.fromCharCode(byte(0), byte(1), byte(2));
    case 4:
      return String.fromCharCode(byte(0), byte(1), byte(2), byte(3));
    case 5:
      return String.fromCharCode(byte(0), byte(1), byte(2), byte(3), byte(4));
    case 6:
      return String.fromCharCode(byte(0), byte(1), byte(2), byte(3), byte(4), byte(5));
    case 7:
      return String.fromCharCode(byte(0), byte(1), byte(2), byte(3), byte(4), byte(5), byte(6));
    case 8:
      return String.fromCharCode(byte(0), byte(1), byte(2), byte(3), byte(4), byte(5), byte(6), byte(7));
    default:
      return made(b, at, 8) + made(b, at + 8, length - 8);
  }
}

/** The integer of two halves when JavaScript has it exactly. */
function number(high: number, low: number): number | undefined {
  return high < 0x20_0000 ? high * HALF + low : undefined;
}

/** Bytes behind the tags from 0xc0 on that say a number or a length; -1 for what the protocol does not have. */
const WIDTHS: readonly number[] = [
  0, -1, 0, 0, 1, 2, 4, -1, -1, -1, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, -1, -1, -1, -1, -1, 1, 2, 4, 2, 4, 2, 4,
];
const OWN: PropertyDescriptor = { enumerable: true, configurable: true, writable: true };
const NOTHING = new Uint8Array(0);
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
