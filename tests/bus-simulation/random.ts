/** Numbers that follow from a seed alone. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = mix(seed >>> 0);
  }

  /** A whole number of 32 bits. */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    return mix(this.#state);
  }

  /** A whole number from 0, below `end`. */
  below(end: number): number {
    return Math.floor((this.next() / 2 ** 32) * end);
  }

  /** A whole number from `first` to `last`. */
  between(first: number, last: number): number {
    return first + this.below(last - first + 1);
  }

  /** `true` so many times in a hundred. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

/** A number that follows from others: draws that stay what they are when events are left out. */
export function drawn(seed: number, ...parts: readonly number[]): number {
  let value = mix(seed >>> 0);
  for (const part of parts) value = mix((value ^ part) >>> 0);
  return value;
}

function mix(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** From here on the platform's random bytes follow from a seed: ids and jitter with them. */
export function seedPlatform(seed: number): void {
  const random = new Random(seed);
  const draw = <T extends ArrayBufferView | null>(target: T): T => {
    if (target === null) return target;
    const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
    for (let at = 0; at < bytes.length; at++) bytes[at] = random.next() & 0xff;
    return target;
  };
  Object.defineProperty(globalThis.crypto, "getRandomValues", { value: draw, configurable: true });
}
