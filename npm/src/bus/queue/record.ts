import { PolyphonError } from "../../errors/error.ts";

/** What a message carries. */
export interface Content {
  readonly value: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** Marks of the first byte of a record. */
const BYTES = 1;
const HEADERS = 2;
/** Width of the length in front of headers. */
const LENGTH = 4;

const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

/**
 * Records of messages, one behind the other: a byte of marks, headers as JSON after their length (u32, little-endian) if
 * there are any, then the value: JSON, or bytes as they are.
 */
export class RecordWriter {
  #bytes = new Uint8Array(1 << 16);
  #at = 0;

  get length(): number {
    return this.#at;
  }

  /** Appends a record; answers its length. `PAYLOAD_INVALID` when the value is neither JSON nor bytes. */
  write(value: unknown, headers: Readonly<Record<string, string>> | undefined): number {
    const start = this.#at;
    const isBytes = value instanceof Uint8Array;
    const text = isBytes ? "" : JSON.stringify(value);
    if (text === undefined) throw notJson(value);
    const head = headers === undefined ? "" : JSON.stringify(headers);
    this.#reserve(1 + LENGTH + 3 * (head.length + text.length) + (isBytes ? value.length : 0));
    this.#bytes[this.#at++] = (isBytes ? BYTES : 0) | (head === "" ? 0 : HEADERS);
    if (head !== "") {
      const written = this.#text(head, this.#at + LENGTH);
      new DataView(this.#bytes.buffer).setUint32(this.#at, written, true);
      this.#at += LENGTH + written;
    }
    if (isBytes) {
      this.#bytes.set(value, this.#at);
      this.#at += value.length;
    } else {
      this.#at += this.#text(text, this.#at);
    }
    return this.#at - start;
  }

  /** Takes the last `bytes` back. */
  undo(bytes: number): void {
    this.#at -= bytes;
  }

  /** Everything written since the last call. */
  take(): Uint8Array {
    const bytes = this.#bytes.slice(0, this.#at);
    this.#at = 0;
    return bytes;
  }

  #text(text: string, at: number): number {
    return encoder.encodeInto(text, this.#bytes.subarray(at)).written;
  }

  #reserve(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + more));
    grown.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = grown;
  }
}

/** Reads what {@link RecordWriter.write} wrote. Bytes are a view. */
export function readRecord(record: Uint8Array): Content {
  const marks = record[0] ?? 0;
  let at = 1;
  let headers = NO_HEADERS;
  if ((marks & HEADERS) !== 0) {
    const length = new DataView(record.buffer, record.byteOffset).getUint32(at, true);
    headers = JSON.parse(decoder.decode(record.subarray(at + LENGTH, at + LENGTH + length)));
    at += LENGTH + length;
  }
  const rest = record.subarray(at);
  return { value: (marks & BYTES) !== 0 ? rest : JSON.parse(decoder.decode(rest)), headers };
}

/** A record whose content is read when somebody asks for it. */
export class LazyContent {
  readonly record: Uint8Array;
  #content: Content | undefined;

  constructor(record: Uint8Array) {
    this.record = record;
  }

  get value(): unknown {
    return this.#read().value;
  }

  get headers(): Content["headers"] {
    return this.#read().headers;
  }

  #read(): Content {
    this.#content ??= readRecord(this.record);
    return this.#content;
  }
}

/** A value as a message carries it: what becomes of it as JSON, or its own bytes. `PAYLOAD_INVALID` */
export function plainValue(value: unknown): unknown {
  if (value instanceof Uint8Array) return value.slice();
  const text = JSON.stringify(value);
  if (text === undefined) throw notJson(value);
  return JSON.parse(text);
}

function notJson(value: unknown): PolyphonError {
  return new PolyphonError("PAYLOAD_INVALID", {
    message: `a ${typeof value} cannot be published; a message is a JSON value or a Uint8Array.`,
  });
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
