/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** 0 to `below` − 1. */
  int(below: number): number;
  /** `from` to `to`, both included. */
  bigint(from: bigint, to: bigint): bigint;
  pick<T>(items: readonly T[]): T;
}

/** A generator for one seed (the 32-bit mixing function known as mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const int = (below: number): number => next() % below;
  return {
    int,
    bigint(from, to) {
      const wide = (BigInt(next()) << 64n) | (BigInt(next()) << 32n) | BigInt(next());
      return from + (wide % (to - from + 1n));
    },
    pick: <T>(items: readonly T[]): T => items[int(items.length)] as T,
  };
}
