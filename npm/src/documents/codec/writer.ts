import { invalid } from "../errors.ts";
import { Counter, isDraft, Text } from "../values.ts";
import { OPERATION, TAG } from "./tags.ts";

/** Levels of objects within one value, as the Rust side allows them. */
const DEPTH = 64;
const TWO_63 = 2n ** 63n;

/** Writes operations one behind the other, in memory that is used again for each change. */
export class OperationWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #at = 0;

  constructor(capacity = 4096) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#at;
  }

  /** A view of what was written, valid until the next write. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  clear(): void {
    this.#at = 0;
    if (this.#bytes.length > 1 << 20) {
      this.#bytes = new Uint8Array(4096);
      this.#view = new DataView(this.#bytes.buffer);
    }
  }

  set(object: number, prop: string | number, value: unknown): void {
    this.#whole(() => {
      this.#head(OPERATION.set, object);
      this.prop(prop);
      this.value(value, 0);
    });
  }

  delete(object: number, prop: string | number): void {
    this.#head(OPERATION.delete, object);
    this.prop(prop);
  }

  splice(list: number, index: number, remove: number, values: readonly unknown[]): void {
    this.#whole(() => {
      this.#head(OPERATION.splice, list);
      this.uint(index);
      this.uint(remove);
      this.uint(values.length);
      for (const value of values) this.value(value, 1);
    });
  }

  spliceText(text: number, index: number, remove: number, insert: string): void {
    this.#head(OPERATION.spliceText, text);
    this.uint(index);
    this.uint(remove);
    this.text(insert);
  }

  increment(object: number, prop: string | number, by: number): void {
    this.#head(OPERATION.increment, object);
    this.prop(prop);
    this.#int(by);
  }

  prop(prop: string | number): void {
    if (typeof prop === "number") {
      this.uint(prop + 1);
    } else {
      this.#byte(0);
      this.text(prop);
    }
  }

  value(value: unknown, depth: number): void {
    switch (typeof value) {
      case "string":
        this.#byte(TAG.str);
        this.text(value);
        break;
      case "number":
        this.#number(value);
        break;
      case "boolean":
        this.#byte(value ? TAG.true : TAG.false);
        break;
      case "bigint":
        this.#bigint(value);
        break;
      case "object":
        if (value === null) this.#byte(TAG.null);
        else this.#object(value, depth);
        break;
      default:
        throw invalid(`a document cannot hold ${typeof value === "undefined" ? "undefined" : `a ${typeof value}`}`);
    }
  }

  uint(value: number): void {
    this.#reserve(10);
    let left = value;
    while (left >= 0x80) {
      this.#bytes[this.#at++] = (left % 0x80) | 0x80;
      left = Math.floor(left / 0x80);
    }
    this.#bytes[this.#at++] = left;
  }

  text(value: string): void {
    const length = value.length;
    this.#reserve(10 + length * 3);
    if (length < 0x80 && this.#ascii(value, length)) return;
    const { written } = encoder.encodeInto(value, this.#bytes.subarray(this.#at + 10));
    const from = this.#at + 10;
    this.uint(written);
    this.#bytes.copyWithin(this.#at, from, from + written);
    this.#at += written;
  }

  #object(value: object, depth: number): void {
    if (depth >= DEPTH) throw invalid(`a value has more than ${DEPTH} levels`);
    if (Array.isArray(value) && !isDraft(value)) {
      this.#byte(TAG.list);
      this.uint(value.length);
      for (let index = 0; index < value.length; index++) this.value(value[index], depth + 1);
      return;
    }
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) {
      this.#special(value);
      return;
    }
    if (isDraft(value)) throw movedDraft();
    const keys = Object.keys(value);
    this.#byte(TAG.map);
    this.uint(keys.length);
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index] as string;
      this.text(key);
      this.value((value as Record<string, unknown>)[key], depth + 1);
    }
  }

  #special(value: object): void {
    if (isDraft(value)) throw movedDraft();
    if (value instanceof Text) {
      this.#byte(TAG.text);
      this.text(value.toString());
    } else if (value instanceof Counter) {
      this.#byte(TAG.counter);
      this.#int(value.value);
    } else if (value instanceof Date) {
      this.#byte(TAG.timestamp);
      this.#int(value.getTime());
    } else if (value instanceof Uint8Array) {
      this.#byte(TAG.bytes);
      this.uint(value.length);
      this.#reserve(value.length);
      this.#bytes.set(value, this.#at);
      this.#at += value.length;
    } else {
      throw invalid(`a document cannot hold a ${value.constructor?.name ?? "class instance"}; make it a plain object`);
    }
  }

  #number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      this.#byte(TAG.int);
      this.#int(value);
      return;
    }
    this.#byte(TAG.f64);
    this.#reserve(8);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  #bigint(value: bigint): void {
    if (value < -TWO_63 || value >= 2n * TWO_63) throw invalid("a document cannot hold whole numbers beyond 64 bits");
    const signed = value < TWO_63;
    this.#byte(signed ? TAG.int : TAG.uint);
    this.#wide(signed ? zigzag(value) : value);
  }

  #wide(value: bigint): void {
    this.#reserve(10);
    let left = value;
    while (left >= 0x80n) {
      this.#bytes[this.#at++] = Number(left & 0x7fn) | 0x80;
      left >>= 7n;
    }
    this.#bytes[this.#at++] = Number(left);
  }

  /** Zigzag; up to 2^53 either way. */
  #int(value: number): void {
    if (!Number.isSafeInteger(value)) throw invalid(`${value} is no whole number between -2^53 and 2^53`);
    if (value >= 0 && value < 0x40) this.#byte(value * 2);
    else if (Math.abs(value) < 2 ** 51) this.uint(value >= 0 ? value * 2 : -value * 2 - 1);
    else this.#wide(zigzag(BigInt(value)));
  }

  #head(kind: number, object: number): void {
    this.#byte(kind);
    this.uint(object);
  }

  #byte(value: number): void {
    if (this.#at === this.#bytes.length) this.#reserve(1);
    this.#bytes[this.#at++] = value;
  }

  #ascii(value: string, length: number): boolean {
    const start = this.#at + 1;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code >= 0x80) return false;
      this.#bytes[start + index] = code;
    }
    this.#bytes[this.#at] = length;
    this.#at = start + length;
    return true;
  }

  /** An operation is there whole or not at all. */
  #whole(write: () => void): void {
    const start = this.#at;
    try {
      write();
    } catch (error) {
      this.#at = start;
      throw error;
    }
  }

  #reserve(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + more));
    grown.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

function movedDraft(): Error {
  return invalid("what is in a document already cannot be put elsewhere; put a copy there");
}

function zigzag(value: bigint): bigint {
  return BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
}

const encoder = new TextEncoder();
