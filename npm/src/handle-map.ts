/** Slots of an empty map; a power of two. */
const LEAST_SLOTS = 16;
/** Up to so many are kept when the entries go, since as many often come again. */
const KEPT_SLOTS = 4_096;

/**
 * Values by handle: a positive whole number below 2^53, as sequences are. For what comes and goes all the time: a `Map` makes
 * a new table for every few entries that are deleted, and each such table holds on to what was in it and to the next table,
 * until the whole heap is collected. Here a place that is free is used again.
 */
export class HandleMap<T> {
  /** Open addressing: a handle stands in the first free slot from its own on; 0 is a free slot. */
  #handles = new Float64Array(LEAST_SLOTS);
  #values: (T | undefined)[] = new Array(LEAST_SLOTS).fill(undefined);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(handle: number): T | undefined {
    return this.#values[this.#slotOf(handle)];
  }

  has(handle: number): boolean {
    return this.#handles[this.#slotOf(handle)] === handle;
  }

  set(handle: number, value: T): void {
    const slot = this.#slotOf(handle);
    this.#values[slot] = value;
    if (this.#handles[slot] === handle) return;
    this.#handles[slot] = handle;
    this.#size++;
    if (this.#size * 4 > this.#handles.length * 3) this.#resize(this.#handles.length * 2);
  }

  delete(handle: number): boolean {
    let free = this.#slotOf(handle);
    if (this.#handles[free] !== handle) return false;
    // Whoever stood behind it because its own slot was taken moves up, so that nobody is cut off by the gap.
    const mask = this.#handles.length - 1;
    for (let slot = (free + 1) & mask; this.#handles[slot] !== 0; slot = (slot + 1) & mask) {
      const wanted = this.#firstSlotOf(this.#handles[slot] as number);
      if (((slot - wanted) & mask) < ((slot - free) & mask)) continue;
      this.#handles[free] = this.#handles[slot] as number;
      this.#values[free] = this.#values[slot];
      free = slot;
    }
    this.#handles[free] = 0;
    this.#values[free] = undefined;
    this.#size--;
    if (this.#size * 8 < this.#handles.length && this.#handles.length > KEPT_SLOTS) this.#resize((mask + 1) >> 1);
    return true;
  }

  clear(): void {
    this.#handles = new Float64Array(LEAST_SLOTS);
    this.#values = new Array(LEAST_SLOTS).fill(undefined);
    this.#size = 0;
  }

  /** Every value, in the order of their handles. */
  values(): readonly T[] {
    const handles = this.#handles.filter((handle) => handle !== 0).sort();
    return Array.from(handles, (handle) => this.get(handle) as T);
  }

  /** The slot a handle stands in, or the free one it would take. */
  #slotOf(handle: number): number {
    const handles = this.#handles;
    const mask = handles.length - 1;
    let slot = this.#firstSlotOf(handle);
    while (handles[slot] !== handle && handles[slot] !== 0) slot = (slot + 1) & mask;
    return slot;
  }

  #firstSlotOf(handle: number): number {
    // The upper bits of the product depend on all of the lower half of the handle.
    return (Math.imul(handle, 0x9e37_79b1) >>> 8) & (this.#handles.length - 1);
  }

  #resize(slots: number): void {
    const [handles, values] = [this.#handles, this.#values];
    this.#handles = new Float64Array(slots);
    this.#values = new Array(slots).fill(undefined);
    handles.forEach((handle, from) => {
      if (handle === 0) return;
      const slot = this.#slotOf(handle);
      this.#handles[slot] = handle;
      this.#values[slot] = values[from];
    });
  }
}
