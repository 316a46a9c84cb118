import { decodeValue, encodeValue } from "./direct/values.ts";
import type { Encoding } from "./envelope.ts";
import { protocolError } from "./failure.ts";

/**
 * What a message carries: bytes, or a value that becomes bytes when the message leaves the process. Each is made from the
 * other when it is first asked for, and kept. Neither may be changed afterwards.
 */
export class Payload {
  readonly encoding: Encoding;
  #bytes: Uint8Array | undefined;
  #text: string | undefined;
  #value: unknown;
  #hasValue: boolean;

  private constructor(encoding: Encoding, bytes: Uint8Array | undefined, value: unknown, hasValue: boolean) {
    this.encoding = encoding;
    this.#bytes = bytes;
    this.#value = value;
    this.#hasValue = hasValue;
  }

  /** A value that `JSON.stringify` can write, taken by reference. */
  static json(value: unknown): Payload {
    return new Payload("json", undefined, value, true);
  }

  /**
   * A value that MessagePack can say, taken by reference: plain objects, lists, texts, numbers, `bigint` of 64 bits, booleans,
   * `null` and bytes. Fields whose value is `undefined` are left out.
   */
  static msgpack(value: unknown): Payload {
    return new Payload("msgpack", undefined, value, true);
  }

  /** Bytes nobody but the receiver reads. */
  static bytes(bytes: Uint8Array): Payload {
    return new Payload("bytes", bytes, bytes, true);
  }

  /** Bytes as they are, in this encoding. They are checked when the message is written. */
  static encoded(encoding: Encoding, bytes: Uint8Array): Payload {
    return new Payload(encoding, bytes, undefined, false);
  }

  /** Checked bytes and what they say. @internal */
  static read(encoding: Encoding, bytes: Uint8Array, value: unknown): Payload {
    return new Payload(encoding, bytes, value, true);
  }

  /** The bytes as they travel. `PROTOCOL_FIELD_INVALID` when the encoding cannot say the value. */
  get bytes(): Uint8Array {
    this.#bytes ??= this.encoding === "msgpack" ? encodeValue(this.#value) : encoder.encode(this.#json());
    return this.#bytes;
  }

  /**
   * What the bytes say: a value of JSON or MessagePack, or the bytes themselves. Integers beyond 2^53 - 1 in MessagePack are
   * `bigint`, bytes in it are views. `PROTOCOL_MALFORMED` when they are not what the encoding says.
   */
  value<T = unknown>(): T {
    if (!this.#hasValue) {
      this.#value = this.#read();
      this.#hasValue = true;
    }
    return this.#value as T;
  }

  /** Whether the value is there already. @internal */
  get hasValue(): boolean {
    return this.#hasValue;
  }

  /** Most bytes that {@link writeInto} writes. @internal */
  get room(): number {
    if (this.#bytes !== undefined || this.encoding !== "json") return this.bytes.length;
    const units = this.#json().length;
    // Three bytes a unit is the worst; for a long text it is cheaper to know.
    return units <= LONG_TEXT ? units * 3 : this.bytes.length;
  }

  /** Writes the bytes at an offset; how many they were. @internal */
  writeInto(target: Uint8Array, at: number): number {
    if (this.#bytes === undefined && this.encoding === "json")
      return encoder.encodeInto(this.#json(), target.subarray(at)).written;
    target.set(this.bytes, at);
    return this.bytes.length;
  }

  #read(): unknown {
    const { bytes } = this;
    if (this.encoding === "bytes") return bytes;
    return this.encoding === "json" ? JSON.parse(decoder.decode(bytes)) : decodeValue(bytes);
  }

  #json(): string {
    if (this.#text === undefined) {
      const text: string | undefined = JSON.stringify(this.#value);
      if (text === undefined)
        throw protocolError("PROTOCOL_FIELD_INVALID", "payload", "must be a value of JSON", typeof this.#value);
      this.#text = text;
    }
    return this.#text;
  }
}

const LONG_TEXT = 65_536;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
