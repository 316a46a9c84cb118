/** Hashes side by side among which one that comes is looked for. */
const WAYS = 4;
/** Subjects it knows about, at most. */
const SIZE = 16_384;

/** Tells by their hashes which subjects have come lately; one that came may be forgotten, or taken for another. */
export class Recent {
  #hashes: Int32Array | undefined;
  #turn = 0;

  /** Whether a subject has come before; it has from now on. */
  again(hash: number): boolean {
    this.#hashes ??= new Int32Array(SIZE);
    const hashes = this.#hashes;
    const first = ((hash ^ (hash >>> 15)) * WAYS) & (SIZE - 1);
    for (let at = first; at < first + WAYS; at++) if (hashes[at] === hash) return true;
    this.#turn = (this.#turn + 1) % WAYS;
    hashes[first + this.#turn] = hash;
    return false;
  }
}
