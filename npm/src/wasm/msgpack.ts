import { asciiText } from "../ascii.ts";
import { Slab } from "../slab.ts";

/** Writes MessagePack in its shortest form, the same bytes as the Rust side. */
export class Writer {
  #bytes: Uint8Array;
  #view: DataView;
  #at = 0;

  constructor(capacity = 4096) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#at;
  }

  /** A view of everything written, valid until the next write. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  /** Forgets what was written behind `length`. */
  truncate(length: number): void {
    this.#at = length;
  }

  nil(): void {
    this.#byte(0xc0);
  }

  bool(value: boolean): void {
    this.#byte(value ? 0xc3 : 0xc2);
  }

  /** An unsigned integer below 2^53. */
  uint(value: number): void {
    if (value < 0x80) {
      this.#byte(value);
      return;
    }
    this.#reserve(9);
    if (value < 0x100) {
      this.#bytes[this.#at++] = 0xcc;
      this.#bytes[this.#at++] = value;
    } else if (value < 0x1_0000) {
      this.#bytes[this.#at++] = 0xcd;
      this.#view.setUint16(this.#at, value);
      this.#at += 2;
    } else if (value < 0x1_0000_0000) {
      this.#bytes[this.#at++] = 0xce;
      this.#view.setUint32(this.#at, value);
      this.#at += 4;
    } else {
      this.#bytes[this.#at++] = 0xcf;
      this.#view.setUint32(this.#at, Math.floor(value / 0x1_0000_0000));
      this.#view.setUint32(this.#at + 4, value >>> 0);
      this.#at += 8;
    }
  }

  /** An integer between -2^53 and 2^53. */
  int(value: number): void {
    if (value >= 0) {
      this.uint(value);
      return;
    }
    this.#reserve(9);
    if (value >= -32) {
      this.#bytes[this.#at++] = value;
    } else if (value >= -0x80) {
      this.#bytes[this.#at++] = 0xd0;
      this.#bytes[this.#at++] = value;
    } else if (value >= -0x8000) {
      this.#bytes[this.#at++] = 0xd1;
      this.#view.setInt16(this.#at, value);
      this.#at += 2;
    } else if (value >= -0x8000_0000) {
      this.#bytes[this.#at++] = 0xd2;
      this.#view.setInt32(this.#at, value);
      this.#at += 4;
    } else {
      this.#bytes[this.#at++] = 0xd3;
      this.#view.setBigInt64(this.#at, BigInt(value));
      this.#at += 8;
    }
  }

  str(value: string): void {
    const length = value.length;
    this.#reserve(5 + length * 3);
    if (length < 32 && this.#ascii(value, length)) return;
    // The head's width follows from the encoded length, so the text is encoded behind the widest head and moved.
    const { written } = encoder.encodeInto(value, this.#bytes.subarray(this.#at + 5));
    const head = written < 32 ? 1 : written < 0x100 ? 2 : written < 0x1_0000 ? 3 : 5;
    this.#bytes.copyWithin(this.#at + head, this.#at + 5, this.#at + 5 + written);
    if (head === 1) this.#bytes[this.#at] = 0xa0 | written;
    else this.#head(head === 2 ? 0xd9 : head === 3 ? 0xda : 0xdb, head - 1, written);
    this.#at += head + written;
  }

  bin(value: Uint8Array): void {
    const length = value.length;
    this.#reserve(5 + length);
    const width = length < 0x100 ? 1 : length < 0x1_0000 ? 2 : 4;
    this.#head(width === 1 ? 0xc4 : width === 2 ? 0xc5 : 0xc6, width, length);
    this.#at += 1 + width;
    this.#bytes.set(value, this.#at);
    this.#at += length;
  }

  /** The head of an array of `length` values, which follow. */
  array(length: number): void {
    if (length < 16) {
      this.#byte(0x90 | length);
      return;
    }
    this.#reserve(5);
    const width = length < 0x1_0000 ? 2 : 4;
    this.#head(width === 2 ? 0xdc : 0xdd, width, length);
    this.#at += 1 + width;
  }

  /** An array whose values `write` writes. */
  list<T>(values: readonly T[], write: (writer: Writer, value: T) => void): void {
    this.array(values.length);
    // By index: an iterator makes an object for each value until the loop is optimised, and always for a frozen list.
    for (let index = 0; index < values.length; index++) write(this, values[index] as T);
  }

  /** Appends bytes that are MessagePack already. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = value;
  }

  #ascii(value: string, length: number): boolean {
    const start = this.#at + 1;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code >= 0x80) return false;
      this.#bytes[start + index] = code;
    }
    this.#bytes[this.#at] = 0xa0 | length;
    this.#at = start + length;
    return true;
  }

  #head(tag: number, width: number, length: number): void {
    this.#bytes[this.#at] = tag;
    if (width === 1) this.#bytes[this.#at + 1] = length;
    else if (width === 2) this.#view.setUint16(this.#at + 1, length);
    else this.#view.setUint32(this.#at + 1, length);
  }

  #reserve(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + more));
    grown.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** The empty list: one for all. */
const NONE: readonly never[] = Object.freeze([]);
/** Lists up to this long are made at their length; a length is only believed so far. */
const EXACT_LENGTH = 64;
/** Texts below this length are put together here, which takes less than the decoder's way through the platform. */
const SHORT_TEXT = 24;
/** Short texts a reader remembers. */
const TEXTS = 32;

/** Bytes up to this length are cut from a slab, where there is enough to read that it is worth one. */
const SHORT_BYTES = 256;
const SLAB_BYTES = 4_096;

/** Reads MessagePack that the kernel wrote. Bytes that are handed out are copies. */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;
  /** Short texts that were read last, by a few of their bytes. */
  #texts: string[] | undefined;
  #slab: Slab | undefined;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
  }

  /** Offset of the next value. */
  get offset(): number {
    return this.#at;
  }

  bool(): boolean {
    return this.#bytes[this.#at++] === 0xc3;
  }

  /** Takes a nil if one is next. */
  nil(): boolean {
    if (this.#bytes[this.#at] !== 0xc0) return false;
    this.#at++;
    return true;
  }

  uint(): number {
    const tag = this.#bytes[this.#at++] as number;
    if (tag < 0x80) return tag;
    switch (tag) {
      case 0xcc:
        return this.#bytes[this.#at++] as number;
      case 0xcd:
        this.#at += 2;
        return this.#view.getUint16(this.#at - 2);
      case 0xce:
        this.#at += 4;
        return this.#view.getUint32(this.#at - 4);
      case 0xcf:
        this.#at += 8;
        return this.#view.getUint32(this.#at - 8) * 0x1_0000_0000 + this.#view.getUint32(this.#at - 4);
      default:
        throw this.#unexpected("an unsigned integer");
    }
  }

  int(): number {
    const tag = this.#bytes[this.#at] as number;
    if (tag >= 0xe0) {
      this.#at++;
      return tag - 0x100;
    }
    switch (tag) {
      case 0xd0:
        this.#at += 2;
        return this.#view.getInt8(this.#at - 1);
      case 0xd1:
        this.#at += 3;
        return this.#view.getInt16(this.#at - 2);
      case 0xd2:
        this.#at += 5;
        return this.#view.getInt32(this.#at - 4);
      case 0xd3:
        this.#at += 9;
        return Number(this.#view.getBigInt64(this.#at - 8));
      default:
        return this.uint();
    }
  }

  str(): string {
    const tag = this.#bytes[this.#at++] as number;
    const length = tag >= 0xa0 && tag < 0xc0 ? tag & 0x1f : this.#length(tag, 0xd9);
    const end = this.#at + length;
    const short = length < SHORT_TEXT ? this.#short(length) : undefined;
    if (short !== undefined) {
      this.#at = end;
      return short;
    }
    const text = decoder.decode(this.#bytes.subarray(this.#at, end));
    this.#at = end;
    return text;
  }

  /** The text of `length` bytes that is next, if it is ASCII. The same names come again and again: one text serves for all. */
  #short(length: number): string | undefined {
    if (length === 0) return "";
    this.#texts ??= new Array(TEXTS).fill("");
    const slot =
      (length * 7 + (this.#bytes[this.#at] as number) * 5 + (this.#bytes[this.#at + length - 1] as number)) % TEXTS;
    const known = this.#texts[slot] as string;
    if (known.length === length && this.#isNext(known)) return known;
    const text = asciiText(this.#bytes, this.#at, this.#at + length);
    if (text !== undefined) this.#texts[slot] = text;
    return text;
  }

  #isNext(text: string): boolean {
    for (let index = 0; index < text.length; index++) {
      if (text.charCodeAt(index) !== this.#bytes[this.#at + index]) return false;
    }
    return true;
  }

  bin(): Uint8Array {
    const length = this.#length(this.#bytes[this.#at++] as number, 0xc4);
    this.#at += length;
    if (length > SHORT_BYTES || this.#bytes.length < SLAB_BYTES) return this.#bytes.slice(this.#at - length, this.#at);
    this.#slab ??= new Slab(SLAB_BYTES);
    return this.#slab.copy(this.#bytes, this.#at - length, this.#at);
  }

  array(): number {
    const tag = this.#bytes[this.#at++] as number;
    if (tag >= 0x90 && tag < 0xa0) return tag & 0x0f;
    return this.#length(tag, 0xdb, 0xdc);
  }

  /** The tag of the enum value that is next, without taking it. */
  peekTag(): number {
    const at = this.#at;
    this.array();
    const tag = this.uint();
    this.#at = at;
    return tag;
  }

  /** An array of values that `read` reads. */
  list<T>(read: (reader: Reader) => T): readonly T[] {
    const length = this.array();
    if (length === 0) return NONE;
    // An array that grows by pushing keeps room for many more, which most lists never have.
    const values: T[] = length <= EXACT_LENGTH ? new Array(length) : [];
    for (let index = 0; index < length; index++) values[index] = read(this);
    return values;
  }

  /** An array of two. */
  pair<A, B>(first: (reader: Reader) => A, second: (reader: Reader) => B): readonly [A, B] {
    this.array();
    return [first(this), second(this)];
  }

  /** Passes over one value. */
  skip(): void {
    const tag = this.#bytes[this.#at] as number;
    if ((tag >= 0x90 && tag < 0xa0) || tag === 0xdc || tag === 0xdd) {
      for (let left = this.array(); left > 0; left--) this.skip();
    } else if ((tag >= 0xa0 && tag < 0xc0) || (tag >= 0xd9 && tag <= 0xdb)) {
      this.#at++;
      const length = tag < 0xc0 ? tag & 0x1f : this.#length(tag, 0xd9);
      this.#at += length;
    } else if (tag >= 0xc4 && tag <= 0xc6) {
      this.#at++;
      const length = this.#length(tag, 0xc4);
      this.#at += length;
    } else if (tag < 0x80 || tag >= 0xe0 || tag === 0xc0 || tag === 0xc2 || tag === 0xc3) {
      this.#at++;
    } else {
      this.int();
    }
  }

  /** A length behind `tag`: one byte wide at `first`, two at the next tag, four at the one after. */
  #length(tag: number, first: number, smallest: number = first): number {
    switch (tag < smallest ? -1 : tag - first) {
      case 0:
        return this.#bytes[this.#at++] as number;
      case 1:
        this.#at += 2;
        return this.#view.getUint16(this.#at - 2);
      case 2:
        this.#at += 4;
        return this.#view.getUint32(this.#at - 4);
      default:
        throw this.#unexpected("a length");
    }
  }

  #unexpected(expected: string): RangeError {
    return new RangeError(`expected ${expected} at byte ${this.#at}`);
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
