/** What a table holds: its hash never changes. */
export interface Hashed {
  readonly hash: number;
}

/** The least number of places; always a power of two. */
const PLACES_MIN = 8;

/**
 * Entries by a hash that was worked out elsewhere; several may have the same. Open addressing with linear probing, at most half
 * full: a search looks at numbers that lie side by side, and is compiled into whoever searches.
 */
export class HashTable<T extends Hashed> {
  /** Hash of each place, 0 where it is free. @internal */
  hashes: Int32Array = new Int32Array(PLACES_MIN);
  /** @internal */
  entries: (T | undefined)[] = new Array<T | undefined>(PLACES_MIN).fill(undefined);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The place of the first entry with a hash, or of the next one from `from` on; -1 when there is none. */
  find(hash: number, from: number = start(hash)): number {
    const { hashes } = this;
    const mask = hashes.length - 1;
    for (let at = from & mask; ; at = (at + 1) & mask) {
      const found = hashes[at] as number;
      if (found === 0) return -1;
      if (found === hash) return at;
    }
  }

  add(entry: T): void {
    if ((this.#size + 1) * 2 > this.hashes.length) this.#resize(this.hashes.length * 2);
    this.#put(entry);
    this.#size += 1;
  }

  /** Takes an entry out; what was pushed on by it moves back. */
  remove(entry: T): void {
    let hole = this.find(entry.hash);
    while (hole >= 0 && this.entries[hole] !== entry) hole = this.find(entry.hash, hole + 1);
    if (hole < 0) return;
    const { hashes, entries } = this;
    const mask = hashes.length - 1;
    for (let at = (hole + 1) & mask; hashes[at] !== 0; at = (at + 1) & mask) {
      const home = start(hashes[at] as number) & mask;
      // It stays where it is when its home lies behind the hole.
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      hashes[hole] = hashes[at] as number;
      entries[hole] = entries[at];
      hole = at;
    }
    hashes[hole] = 0;
    entries[hole] = undefined;
    this.#size -= 1;
    if (hashes.length > PLACES_MIN && this.#size * 8 < hashes.length) this.#resize(hashes.length / 2);
  }

  #put(entry: T): void {
    const { hashes, entries } = this;
    const mask = hashes.length - 1;
    let at = start(entry.hash) & mask;
    while (hashes[at] !== 0) at = (at + 1) & mask;
    hashes[at] = entry.hash;
    entries[at] = entry;
  }

  #resize(places: number): void {
    const { entries } = this;
    this.hashes = new Int32Array(places);
    this.entries = new Array<T | undefined>(places).fill(undefined);
    for (const entry of entries) if (entry !== undefined) this.#put(entry);
  }
}

/** Low bits alone say little of a token's first characters. */
function start(hash: number): number {
  return hash ^ (hash >>> 15);
}
