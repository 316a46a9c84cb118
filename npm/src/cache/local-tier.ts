/** A value that is kept here. */
export interface LocalEntry {
  readonly value: unknown;
  readonly bytes: number;
  /** Until when it is answered, by the monotonic clock. */
  readonly usableUntilMs: number;
  /** Until when it is answered while it is loaded anew. */
  readonly staleUntilMs: number;
}

/** Entries within a bound of bytes; those go first that were not asked for longest. */
export class LocalTier {
  readonly #maxBytes: number;
  /** In the order in which they were asked for last. */
  readonly #entries = new Map<string, LocalEntry>();
  #bytes = 0;
  evicted = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** An entry that may be answered at `nowMs`. */
  usable(key: string, nowMs: number): LocalEntry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || nowMs >= entry.usableUntilMs) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  /** An entry that may be answered while it is loaded anew. */
  stale(key: string, nowMs: number): LocalEntry | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && nowMs < entry.staleUntilMs ? entry : undefined;
  }

  /** One that is larger than all may be together is not kept. */
  put(key: string, entry: LocalEntry): void {
    this.delete(key);
    if (entry.bytes > this.#maxBytes) return;
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.delete(oldest);
      this.evicted += 1;
    }
  }

  delete(key: string): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#bytes -= entry.bytes;
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }
}
