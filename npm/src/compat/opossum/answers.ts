import type { Clock } from "../../runtime/clock.ts";
import { type CacheTransport, MemoryCache } from "./cache.ts";
import type { CoalesceReset, ResolvedOptions } from "./options.ts";

/** What a breaker tells of the answers it keeps. */
export type AnswerEvent = "cacheHit" | "cacheMiss" | "coalesceCacheHit" | "coalesceCacheMiss";

/** Answers that are kept, and calls on their way that others with the same arguments share. */
export class Answers {
  readonly #clock: Clock;
  readonly #options: ResolvedOptions;
  readonly #cache: CacheTransport | undefined;
  readonly #calls: MemoryCache | undefined;

  constructor(clock: Clock, options: ResolvedOptions) {
    this.#clock = clock;
    this.#options = options;
    const { cache, cacheTransport, cacheSize, coalesce, coalesceSize } = options;
    this.#cache = cache ? (cacheTransport ?? new MemoryCache(clock, cacheSize)) : undefined;
    this.#calls = coalesce ? new MemoryCache(clock, coalesceSize) : undefined;
  }

  /** The key of a call; `undefined` where nothing is kept or shared. */
  keyOf(args: readonly unknown[]): string | undefined {
    if (this.#cache === undefined && this.#calls === undefined) return undefined;
    return this.#options.cacheGetKey(...args);
  }

  /** What there is for a call already, a promise with the cache in memory. */
  find(key: string, tell: (event: AnswerEvent) => void): unknown {
    const kept = this.#cache?.get(key);
    if (this.#cache !== undefined) tell(kept ? "cacheHit" : "cacheMiss");
    if (kept) return kept;
    const shared = this.#calls?.get(key);
    if (this.#calls !== undefined) tell(shared ? "coalesceCacheHit" : "coalesceCacheMiss");
    return shared;
  }

  /** A call begins that others may share. */
  share(key: string, call: unknown): void {
    this.#calls?.set(key, call, this.#until(this.#options.coalesceTTL));
  }

  keep(key: string, answer: unknown): void {
    this.#cache?.set(key, answer, this.#until(this.#options.cacheTTL));
  }

  /** A call has ended; without `how` it is shared no more in any case. */
  ended(key: string, how?: CoalesceReset): void {
    if (how === undefined || this.#options.coalesceResetOn.includes(how)) this.#calls?.delete(key);
  }

  clear(): void {
    this.#cache?.flush();
    this.#calls?.flush();
  }

  #until(ttlMs: number): number {
    return ttlMs > 0 ? this.#clock.wallMs() + ttlMs : 0;
  }
}
