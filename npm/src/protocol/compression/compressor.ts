import { protocolError, refusing } from "../failure.ts";
import { COMPRESSIONS, type CompressionName, numberOf } from "../wire/names.ts";

/** What compresses, by the numbers of the protocol; refusals are thrown as lines. */
export interface Compression {
  /** The compressed bytes; `undefined` when they are better sent as they are. */
  compress(compression: number, bytes: Uint8Array): Uint8Array | undefined;
  /** The bytes that were compressed, exactly `size` of them. */
  decompress(compression: number, bytes: Uint8Array, size: number): Uint8Array;
}

/** Where that comes from: what is at hand is made when something is compressed, what is elsewhere has to be loaded before. */
export type CompressionSource = { readonly atHand: () => Compression } | { readonly load: () => Promise<Compression> };

/** Bytes of a payload from which on it is compressed. */
export const COMPRESSED_FROM = 1_024;

/** Makes payloads smaller, and as large again as they were. */
export class Compressor {
  readonly #source: CompressionSource;
  #compression: Compression | undefined;
  #loading: Promise<Compression> | undefined;

  constructor(source: CompressionSource) {
    this.#source = source;
  }

  /** Gets ready. A failure (`KERNEL_UNAVAILABLE`) is that of this call only. */
  async load(): Promise<void> {
    if (this.#compression !== undefined || "atHand" in this.#source) return;
    this.#loading ??= this.#source.load();
    try {
      this.#compression = await this.#loading;
    } finally {
      this.#loading = undefined;
    }
  }

  /** Refuses with `PROTOCOL_COMPRESSION_UNAVAILABLE` while it is not ready. */
  require(): Compression {
    if ("atHand" in this.#source) this.#compression ??= this.#source.atHand();
    if (this.#compression !== undefined) return this.#compression;
    const rule = "must be loaded before, with loadCompression()";
    throw protocolError("PROTOCOL_COMPRESSION_UNAVAILABLE", "compression", rule, "nothing");
  }

  /** The compressed bytes; `undefined` when they are better sent as they are. */
  compress(compression: CompressionName, bytes: Uint8Array): Uint8Array | undefined {
    if (bytes.length < COMPRESSED_FROM) return undefined;
    return this.require().compress(numberOf(COMPRESSIONS, compression), bytes);
  }

  /**
   * The bytes that were compressed, by the compression of this number, exactly `size` of them. `PROTOCOL_COMPRESSION_INVALID`,
   * and `PROTOCOL_COMPRESSION_BOMB` before anything is done.
   */
  decompress(compression: number, bytes: Uint8Array, size: number): Uint8Array {
    return refusing(() => this.require().decompress(compression, bytes, size));
  }
}
