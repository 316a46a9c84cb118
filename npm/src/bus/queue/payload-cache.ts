/** Bytes that are kept at most; what was published and is not dealt with soon is read back from the store. */
const CACHE_BYTES = 64 * 1024 * 1024;

/** Payloads that were published here and are likely to be wanted soon, by batch. */
export class PayloadCache {
  readonly #batches = new Map<number, Uint8Array>();
  readonly #most: number;
  #bytes = 0;

  constructor(most: number = CACHE_BYTES) {
    this.#most = most;
  }

  get(batch: number): Uint8Array | undefined {
    return this.#batches.get(batch);
  }

  put(batch: number, bytes: Uint8Array): void {
    this.drop(batch);
    this.#batches.set(batch, bytes);
    this.#bytes += bytes.length;
    for (const oldest of this.#batches.keys()) {
      if (this.#bytes <= this.#most) break;
      this.drop(oldest);
    }
  }

  drop(batch: number): void {
    const bytes = this.#batches.get(batch);
    if (bytes === undefined) return;
    this.#batches.delete(batch);
    this.#bytes -= bytes.length;
  }
}
