import type { Bus } from "../bus/bus.ts";
import { PolyphonError } from "../errors/error.ts";
import { type Clock, systemClock } from "../runtime/clock.ts";
import { randomHex } from "../runtime/random.ts";
import { LocalTier } from "./local-tier.ts";
import { type CacheOptions, checkKey, checkOptions, checkTimes, type EntryOptions, textOf } from "./options.ts";
import type { SharedTier } from "./shared-tier.ts";

/** What a cache has done since it was made. */
export interface CacheStats {
  /** Answers from here. */
  readonly hits: number;
  /** Answers from the shared tier. */
  readonly sharedHits: number;
  /** Answers that were over their time, while they were loaded anew. */
  readonly stale: number;
  /** Times nobody had the value. */
  readonly misses: number;
  readonly loads: number;
  readonly loadsFailed: number;
  /** Calls that waited for the load of another. */
  readonly coalesced: number;
  /** Entries that went for lack of room. */
  readonly evicted: number;
  /** Changes heard of from other processes. */
  readonly invalidated: number;
  /** Calls of the shared tier that failed. */
  readonly sharedErrors: number;
  readonly entries: number;
  readonly bytes: number;
}

/** Brings a value nobody has; `undefined` is answered and not kept. */
export type Load<V> = (key: string) => V | Promise<V>;

/** Whether the key was changed meanwhile: what is loaded is not kept then. */
interface Voidable {
  isVoid: boolean;
}

/** A load on its way, which others wait for. */
interface Flight extends Voidable {
  readonly value: Promise<unknown>;
}

/** Beside its JSON, what an entry takes. */
const ENTRY_BYTES = 200;
/** What takes longer to load is not kept in the shared tier. */
const LOAD_MOST_MS = 1_800_000;

/**
 * Values by key in two tiers: here, within a bound of bytes, and in one that processes share. What is answered is shared by all
 * who ask: nobody changes it.
 */
export class Cache<V = unknown> implements AsyncDisposable {
  readonly name: string;
  readonly #clock: Clock;
  readonly #local: LocalTier;
  readonly #shared: SharedTier | undefined;
  readonly #bus: Bus | undefined;
  readonly #onError: (error: Error) => void;
  readonly #times: Required<EntryOptions>;
  readonly #freshMs: number;
  readonly #flights = new Map<string, Flight>();
  /** Loads on their way behind the back of callers who have an old value. */
  readonly #renewing = new Map<string, Voidable>();
  readonly #id = randomHex(8);
  readonly #counts = {
    hits: 0,
    sharedHits: 0,
    stale: 0,
    misses: 0,
    loads: 0,
    loadsFailed: 0,
    coalesced: 0,
    invalidated: 0,
    sharedErrors: 0,
  };
  readonly #unsubscribe: () => void;
  /** Resolves when changes of other processes are heard of. */
  readonly ready: Promise<void>;

  /** `CACHE_INVALID` for options out of their bounds. */
  constructor(options: CacheOptions) {
    checkOptions(options);
    const { name, maxBytes = 64 * 1_048_576, ttlMs = 60_000, staleMs = 0, freshMs = 1_000, shared, bus } = options;
    this.name = name;
    this.#clock = options.clock ?? systemClock();
    this.#local = new LocalTier(maxBytes);
    this.#shared = shared;
    this.#bus = bus;
    this.#onError = options.onError ?? (() => undefined);
    this.#times = { ttlMs, staleMs };
    this.#freshMs = freshMs;
    const heard = bus?.subscribe<Changed>(this.#subject, ({ payload }) => this.#changed(payload));
    this.ready = heard?.ready ?? Promise.resolve();
    this.#unsubscribe = () => heard?.unsubscribe();
  }

  /** The value if it is here and good, without a wait. */
  peek(key: string): V | undefined {
    const entry = this.#local.usable(key, this.#clock.monoMs());
    if (entry === undefined) return undefined;
    this.#counts.hits += 1;
    return entry.value as V;
  }

  /** The value if one of the tiers has it. A shared tier that is away has nothing. */
  async get(key: string): Promise<V | undefined> {
    const here = this.peek(key);
    if (here !== undefined) return here;
    checkKey(key);
    const found = await this.#look(key);
    if (found?.isFresh === true) return found.value as V;
    this.#counts.misses += 1;
    return undefined;
  }

  /**
   * The value, or what `load` brings, which then is kept. Of calls at the same time one loads. Rejects as `load` does. With
   * `staleMs`, a value whose time is over is answered at once and loaded anew behind the caller's back.
   */
  load(key: string, load: Load<V>, options: EntryOptions = {}): Promise<V> {
    const here = this.peek(key);
    if (here !== undefined) return Promise.resolve(here);
    const flight = this.#flights.get(key);
    if (flight !== undefined) {
      this.#counts.coalesced += 1;
      return flight.value as Promise<V>;
    }
    return this.#fly(key, (own) => this.#find(key, load, { ...this.#times, ...options }, own));
  }

  /** Keeps a value in both tiers. `CACHE_UNAVAILABLE` when the shared one is away, `CACHE_INVALID` for what JSON cannot hold. */
  async set(key: string, value: V, options: EntryOptions = {}): Promise<void> {
    checkKey(key);
    checkTimes(options);
    const times = { ...this.#times, ...options };
    const text = textOf(value);
    const sinceMs = this.#clock.monoMs();
    await this.#change(key, text, times.ttlMs + times.staleMs);
    this.#keep(key, value, text.length, sinceMs, times.ttlMs, times.staleMs);
  }

  /** Drops a value from both tiers. `CACHE_UNAVAILABLE` when the shared one is away. */
  async delete(key: string): Promise<void> {
    checkKey(key);
    await this.#change(key, undefined, 0);
  }

  /** Drops all that is kept here; the shared tier keeps what it has. */
  clear(): void {
    for (const key of [...this.#flights.keys(), ...this.#renewing.keys()]) this.#drop(key);
    this.#local.clear();
  }

  stats(): CacheStats {
    const { evicted, size: entries, bytes } = this.#local;
    return { ...this.#counts, evicted, entries, bytes };
  }

  /** Hears of changes no more and keeps nothing. Bus and shared tier are their owner's. */
  async close(): Promise<void> {
    this.#unsubscribe();
    this.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #subject(): string {
    return `polyphon.cache.${this.name}`;
  }

  /** Begins a load others may wait for. */
  #fly(key: string, find: (flight: Flight) => Promise<unknown>): Promise<V> {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const flight: Flight = { isVoid: false, value: promise };
    this.#flights.set(key, flight);
    const over = (): void => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    };
    resolve(find(flight).finally(over));
    return promise as Promise<V>;
  }

  async #find(key: string, load: Load<V>, times: Required<EntryOptions>, flight: Flight): Promise<unknown> {
    checkKey(key);
    checkTimes(times);
    const found = await this.#look(key, times.staleMs);
    if (found?.isFresh === true) return found.value;
    const old = this.#shared === undefined ? this.#local.stale(key, this.#clock.monoMs()) : found;
    const bring = (own: Voidable): Promise<unknown> => this.#bring(key, load, times, own, found?.version);
    if (old === undefined || !("value" in old)) {
      this.#counts.misses += 1;
      return bring(flight);
    }
    this.#counts.stale += 1;
    // Whoever asks meanwhile is answered with the old value too: this is no flight to wait for.
    void this.#renew(key, bring);
    return old.value;
  }

  async #renew(key: string, bring: (flight: Voidable) => Promise<unknown>): Promise<void> {
    if (this.#renewing.has(key)) return;
    const own: Voidable = { isVoid: false };
    this.#renewing.set(key, own);
    try {
      await bring(own);
    } catch (error) {
      this.#onError(error as Error);
    } finally {
      if (this.#renewing.get(key) === own) this.#renewing.delete(key);
    }
  }

  /** Loads a value and keeps it, unless the key was changed meanwhile. */
  async #bring(
    key: string,
    load: Load<V>,
    { ttlMs, staleMs }: Required<EntryOptions>,
    flight: Voidable,
    version: string | undefined,
  ): Promise<unknown> {
    const sinceMs = this.#clock.monoMs();
    this.#counts.loads += 1;
    let value: V;
    try {
      value = await load(key);
    } catch (error) {
      this.#counts.loadsFailed += 1;
      throw error;
    }
    if (value === undefined) return value;
    const text = textOf(value);
    const isLate = this.#clock.monoMs() - sinceMs > LOAD_MOST_MS;
    let isKept = true;
    if (version !== undefined && !isLate && !flight.isVoid) {
      isKept = await this.#ask((shared) => shared.store(this.name, key, text, ttlMs + staleMs, version), true);
    }
    if (isKept && !flight.isVoid) this.#keep(key, value, text.length, sinceMs, ttlMs, staleMs);
    return value;
  }

  /** What the shared tier has; `undefined` without one, and when it is away. */
  async #look(
    key: string,
    staleMs: number = this.#times.staleMs,
  ): Promise<{ readonly version: string; readonly isFresh: boolean; readonly value?: unknown } | undefined> {
    const sinceMs = this.#clock.monoMs();
    const found = await this.#ask((shared) => shared.read(this.name, key), undefined);
    if (found?.entry === undefined) return found === undefined ? undefined : { ...found, isFresh: false };
    const { version, entry } = found;
    const value = JSON.parse(entry.text) as unknown;
    const leftMs = entry.leftMs - staleMs;
    if (leftMs <= 0) return { version, isFresh: false, value };
    this.#counts.sharedHits += 1;
    this.#keep(key, value, entry.text.length, sinceMs, leftMs, staleMs);
    return { version, isFresh: true, value };
  }

  #keep(key: string, value: unknown, length: number, sinceMs: number, ttlMs: number, staleMs: number): void {
    // With a shared tier it is answered no longer than others may have changed it unheard.
    const goodMs = this.#shared === undefined ? ttlMs : Math.min(ttlMs, this.#freshMs);
    const bytes = ENTRY_BYTES + 2 * (key.length + length);
    this.#local.put(key, {
      value,
      bytes,
      usableUntilMs: sinceMs + goodMs,
      staleUntilMs: sinceMs + ttlMs + staleMs,
    });
  }

  async #change(key: string, text: string | undefined, lifeMs: number): Promise<void> {
    this.#drop(key);
    try {
      await this.#shared?.change(this.name, key, text, lifeMs);
    } catch (error) {
      this.#counts.sharedErrors += 1;
      throw error;
    } finally {
      // What was read or loaded meanwhile may be from before.
      this.#drop(key);
      this.#tell(key);
    }
  }

  #tell(key: string): void {
    try {
      const told = this.#bus?.publish(this.#subject, { key, from: this.#id } satisfies Changed);
      told?.catch((error: Error) => this.#onError(error));
    } catch (error) {
      this.#onError(error as Error);
    }
  }

  #changed({ key, from }: Changed): void {
    if (from === this.#id) return;
    this.#counts.invalidated += 1;
    this.#drop(key);
  }

  #drop(key: string): void {
    this.#local.delete(key);
    for (const loads of [this.#flights, this.#renewing]) {
      const load = loads.get(key);
      if (load !== undefined) load.isVoid = true;
      loads.delete(key);
    }
  }

  /** Asks the shared tier; `otherwise` without one and when it is away. */
  async #ask<T, O>(ask: (shared: SharedTier) => Promise<T>, otherwise: O): Promise<T | O> {
    if (this.#shared === undefined) return otherwise;
    try {
      return await ask(this.#shared);
    } catch (error) {
      this.#counts.sharedErrors += 1;
      if (!(error instanceof PolyphonError) || error.code !== "CACHE_UNAVAILABLE") throw error;
      this.#onError(error);
      return otherwise;
    }
  }
}

/** What caches of one name tell each other. */
interface Changed {
  readonly key: string;
  readonly from: string;
}
