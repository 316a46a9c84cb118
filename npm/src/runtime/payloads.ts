import { asciiText } from "../ascii.ts";
import { PolyphonError } from "../errors/error.ts";
import { Slab } from "../slab.ts";
import { equalBytes } from "../stores/chain.ts";
import type { PayloadRow } from "../stores/store.ts";
import type { Payload } from "../wasm/codec.generated.ts";

/** Bytes a payload may have to stand in an event; longer ones are rows of the store. */
const INLINE_BYTES = 256;
/** Where the bytes of payloads are put until they are journaled. */
const SLAB_BYTES = 4_096;
/** Up to this size it is worth looking whether the bytes are ASCII. */
const SHORT_BYTES = 32;

/** Turns JSON values into payloads and back. */
export class Payloads {
  readonly #hash: (bytes: Uint8Array) => Uint8Array;
  readonly #prefix: string;
  readonly #scratch = new Uint8Array(INLINE_BYTES);
  readonly #slab = new Slab(SLAB_BYTES);
  #count = 0;

  /** `prefix` makes keys unique: the epoch of the owner. */
  constructor(prefix: string, hash: (bytes: Uint8Array) => Uint8Array) {
    this.#prefix = prefix;
    this.#hash = hash;
  }

  /** Encodes a JSON value; a long one adds a row to `rows`, whose owner is filled in when it is known. */
  encode(value: unknown, rows: DraftRow[]): Payload | null {
    if (value === undefined) return null;
    const text = textOf(value);
    const short = this.#encodeShort(text);
    if (short !== undefined) return { type: "Inline", bytes: short };
    const bytes = encoder.encode(text);
    const key = this.nextKey();
    rows.push({ key, bytes });
    return { type: "Ref", hash: this.#hash(bytes), bytes: bytes.length, key };
  }

  /** A key for a row, unique in the journal. */
  nextKey(): string {
    return `${this.#prefix}-${++this.#count}`;
  }

  /** The bytes of a text that can stand in an event; most can. What the encoder itself makes has memory beside the heap. */
  #encodeShort(text: string): Uint8Array | undefined {
    const { read, written } = encoder.encodeInto(text, this.#scratch);
    return read === text.length ? this.#slab.copy(this.#scratch, 0, written) : undefined;
  }
}

/** A payload row whose owner is not known yet. */
export type DraftRow = Omit<PayloadRow, "owner">;

/** Reads back a payload that stands in its event. */
export function decodeInline({ bytes }: Extract<Payload, { type: "Inline" }>): unknown {
  const short = bytes.length <= SHORT_BYTES ? asciiText(bytes) : undefined;
  return JSON.parse(short ?? decoder.decode(bytes));
}

/** Where payloads are read from, and how their bytes are told from others. */
export interface PayloadSource {
  load(key: string): Promise<Uint8Array | undefined>;
  hash(bytes: Uint8Array): Uint8Array;
}

/** Reads a payload back. An erased one is `undefined`; `STORE_CORRUPT` when the bytes are not those that were written. */
export async function decodePayload(payload: Payload | null, source: PayloadSource): Promise<unknown> {
  if (payload === null) return undefined;
  if (payload.type === "Inline") return decodeInline(payload);
  const bytes = await loadPayload(payload, source);
  return bytes === undefined ? undefined : JSON.parse(decoder.decode(bytes));
}

/** The bytes of a payload that stands in a row of its own, compared with the hash in the event that names it. */
export async function loadPayload(
  { key, hash }: Pick<Extract<Payload, { type: "Ref" }>, "key" | "hash">,
  source: PayloadSource,
): Promise<Uint8Array | undefined> {
  const bytes = await source.load(key);
  if (bytes === undefined || equalBytes(source.hash(bytes), hash)) return bytes;
  const message = `the payload ${key} does not match the hash its event names; restore a backup.`;
  throw new PolyphonError("STORE_CORRUPT", { message, details: { payload: key, reason: "checksum" } });
}

/** Reads payloads back and remembers whether one was not there any more. */
export class PayloadReading {
  readonly #decode: (payload: Payload | null) => Promise<unknown>;
  isMissing = false;

  constructor(decode: (payload: Payload | null) => Promise<unknown>) {
    this.#decode = decode;
  }

  decode = async (payload: Payload | null): Promise<unknown> => {
    const value = await this.#decode(payload);
    if (value === undefined && payload !== null) this.isMissing = true;
    return value;
  };
}

/** A value as JSON. A function has none; big integers and circles within the value make `stringify` throw. */
function textOf(value: unknown): string {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    cause = error;
  }
  if (text !== undefined) return text;
  const why = cause instanceof Error ? ` (${cause.message.split("\n")[0]})` : "";
  throw new PolyphonError("PAYLOAD_INVALID", {
    message: `a ${typeof value} cannot be written as JSON${why}; inputs, outputs and context values are JSON values.`,
    cause,
  });
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
