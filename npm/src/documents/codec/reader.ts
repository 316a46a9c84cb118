import { toHex } from "../../hex.ts";
import type { Conflict, DocumentChange, Patch } from "../types.ts";
import { TAG } from "./tags.ts";

/** Where a value lies in its document. */
export type Path = readonly (string | number)[];

/** What `get` found. */
export type Found =
  | { readonly kind: "nothing" }
  | { readonly kind: "scalar"; readonly value: unknown; readonly isCounter: boolean }
  | { readonly kind: "map" | "list" | "text"; readonly handle: number };

const OBJECTS = ["map", "list", "text"] as const;
const NOTHING: Found = { kind: "nothing" };

/** Reads what the module answers. */
export class AnswerReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #conflicts: ((path: Path) => void) | undefined;
  readonly #path: (string | number)[] = [];
  #at = 0;

  /** `conflicts` is told of each place that several replicas set at a time. */
  constructor(bytes: Uint8Array, conflicts?: (path: Path) => void) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#conflicts = conflicts;
  }

  found(): Found {
    const kind = this.#byte();
    if (kind === 0) return NOTHING;
    if (kind > 1) return { kind: OBJECTS[kind - 2] as "map", handle: this.uint() };
    const isCounter = this.#bytes[this.#at] === TAG.counter;
    return { kind: "scalar", value: this.value(), isCounter };
  }

  value(): unknown {
    const tag = this.#byte();
    switch (tag) {
      case TAG.null:
        return null;
      case TAG.false:
        return false;
      case TAG.true:
        return true;
      case TAG.int:
        return this.#int();
      case TAG.uint:
        return this.#uint64();
      case TAG.f64:
        this.#at += 8;
        return this.#view.getFloat64(this.#at - 8, true);
      case TAG.str:
      case TAG.text:
        return this.text();
      case TAG.bytes:
        return this.#sized();
      case TAG.timestamp:
        return new Date(Number(this.#int()));
      case TAG.counter:
        return this.#int();
      case TAG.map:
        return this.#map();
      case TAG.list:
        return this.list(() => this.value(), true);
      case TAG.conflicted:
        this.#conflicts?.([...this.#path]);
        return this.value();
      default:
        this.#byte();
        return this.#sized();
    }
  }

  list<T>(read: () => T, isPath = false): T[] {
    const length = this.uint();
    const values: T[] = [];
    for (let index = 0; index < length; index++) {
      if (isPath) this.#path.push(index);
      values.push(read());
      if (isPath) this.#path.pop();
    }
    return values;
  }

  conflicts(): Conflict[] {
    return this.list(() => ({
      value: this.value(),
      actor: toHex(this.#sized()),
      change: toHex(this.#sized()) || undefined,
      time: new Date(Number(this.#int()) * 1000),
    }));
  }

  changes(): DocumentChange[] {
    return this.list(() => ({
      hash: this.#hash(),
      actor: toHex(this.#sized()),
      seq: this.uint(),
      time: new Date(Number(this.#int()) * 1000),
      message: this.#byte() === 0 ? undefined : this.text(),
      operations: this.uint(),
      follows: this.list(() => this.#hash()),
    }));
  }

  patches(): Patch[] {
    return this.list(() => {
      const path = this.list(() => this.#prop());
      return this.#patch(path);
    });
  }

  #patch(path: Path): Patch {
    switch (this.#byte()) {
      case 1:
        return { action: "set", path: [...path, this.#prop()], value: this.value() };
      case 2:
        return { action: "insert", path: [...path, this.uint()], values: this.list(() => this.value()) };
      case 3:
        return { action: "splice", path: [...path, this.uint()], text: this.text() };
      case 4:
        return { action: "increment", path: [...path, this.#prop()], by: Number(this.#int()) };
      case 5:
        return { action: "delete", path: [...path, this.text()], count: 1 };
      case 6:
        return { action: "delete", path: [...path, this.uint()], count: this.uint() };
      case 7:
        return { action: "conflict", path: [...path, this.#prop()] };
      default:
        return { action: "marks", path };
    }
  }

  #prop(): string | number {
    const place = this.uint();
    return place === 0 ? this.text() : place - 1;
  }

  uint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.#byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  text(): string {
    const length = this.uint();
    const end = this.#at + length;
    if (length < 24) {
      let text = "";
      for (let at = this.#at; at < end; at++) {
        const byte = this.#bytes[at] as number;
        if (byte >= 0x80) return this.#decoded(end);
        text += String.fromCharCode(byte);
      }
      this.#at = end;
      return text;
    }
    return this.#decoded(end);
  }

  #decoded(end: number): string {
    const text = decoder.decode(this.#bytes.subarray(this.#at, end));
    this.#at = end;
    return text;
  }

  #map(): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    for (let left = this.uint(); left > 0; left--) {
      const key = this.text();
      this.#path.push(key);
      const value = this.value();
      // A key of this name would otherwise change what the object inherits.
      if (key === "__proto__") {
        Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true });
      } else map[key] = value;
      this.#path.pop();
    }
    return map;
  }

  #hash(): string {
    this.#at += 32;
    return toHex(this.#bytes.subarray(this.#at - 32, this.#at));
  }

  #sized(): Uint8Array {
    const length = this.uint();
    this.#at += length;
    return this.#bytes.slice(this.#at - length, this.#at);
  }

  #int(): number | bigint {
    const start = this.#at;
    const zigzag = this.uint();
    if (zigzag <= Number.MAX_SAFE_INTEGER) return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
    this.#at = start;
    const wide = this.#wide();
    return narrow((wide >> 1n) ^ -(wide & 1n));
  }

  #uint64(): number | bigint {
    return narrow(this.#wide());
  }

  #wide(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  #byte(): number {
    return this.#bytes[this.#at++] as number;
  }
}

/** As a number where that is exact. */
function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const decoder = new TextDecoder();
