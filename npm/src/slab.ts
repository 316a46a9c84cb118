/**
 * Cuts small pieces of memory from larger ones: an array of a few bytes that stands alone takes two hundred. A piece that is
 * kept keeps its slab, so what is cut from one should live about as long.
 */
export class Slab {
  readonly #size: number;
  #bytes: Uint8Array | undefined;
  #used = 0;

  /** `size`: bytes of a slab; a piece that is larger stands alone. */
  constructor(size: number) {
    this.#size = size;
  }

  /** A copy of `bytes` from `start` up to `end`. */
  copy(bytes: Uint8Array, start: number, end: number): Uint8Array {
    const length = end - start;
    if (length > this.#size) return bytes.slice(start, end);
    if (this.#bytes === undefined || this.#used + length > this.#size) {
      this.#bytes = new Uint8Array(this.#size);
      this.#used = 0;
    }
    const piece = this.#bytes.subarray(this.#used, this.#used + length);
    this.#used += length;
    // A loop: a view of what is copied would cost as much as was saved.
    for (let index = 0; index < length; index++) piece[index] = bytes[start + index] as number;
    return piece;
  }
}
