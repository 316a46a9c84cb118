import type { Clock } from "../../runtime/clock.ts";

/** Where answers are kept: in memory, or in a store of one's own. */
export interface CacheTransport {
  /** What is kept under a key; nothing that is true: nothing. */
  get(key: string): unknown;
  /** Keeps a value until a time in milliseconds since the epoch; 0: for ever. */
  set(key: string, value: unknown, expiresAt: number): void;
  flush(): void;
}

/** As many as a `Map` holds. */
const MOST = 2 ** 24 - 1;

/** The cache in memory: when it is full, the oldest key goes. */
export class MemoryCache implements CacheTransport {
  readonly #clock: Clock;
  readonly #maxEntries: number;
  readonly #entries = new Map<string, { readonly value: unknown; readonly expiresAt: number }>();

  constructor(clock: Clock, maxEntries: number = MOST) {
    this.#clock = clock;
    this.#maxEntries = maxEntries;
  }

  get(key: string): unknown {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.expiresAt === 0 || entry.expiresAt > this.#clock.wallMs()) return entry.value;
    this.#entries.delete(key);
    return undefined;
  }

  set(key: string, value: unknown, expiresAt: number): void {
    if (this.#entries.size === this.#maxEntries && this.get(key) === undefined) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    }
    this.#entries.set(key, { value, expiresAt });
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  flush(): void {
    this.#entries.clear();
  }
}
