/** What the shared tier knows of a key. */
export interface SharedFind {
  /** Counts changes of the key: what was loaded under another is not stored. */
  readonly version: string;
  /** The value as JSON, and how long it is kept there yet, in milliseconds. */
  readonly entry: { readonly text: string; readonly leftMs: number } | undefined;
}

/** A tier that several processes share. Every call rejects with `CACHE_UNAVAILABLE` when it does not answer in time. */
export interface SharedTier {
  /** Looks a key of a cache up. */
  read(cache: string, key: string): Promise<SharedFind>;
  /** Keeps what was loaded, unless the key was changed since its version was read; answers whether it did. */
  store(cache: string, key: string, text: string, lifeMs: number, version: string): Promise<boolean>;
  /** Changes a key, or drops it. What is rejected is made up for: the key is dropped before anything is read from here again. */
  change(cache: string, key: string, text: string | undefined, lifeMs: number): Promise<void>;
}
