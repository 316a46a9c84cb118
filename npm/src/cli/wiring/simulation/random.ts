/** Numbers from 0 to 1 that follow from a seed and a name: the same ones in every run, whatever the order of asking. */
export function draws(seed: number, name: string): () => number {
  let state = seed >>> 0;
  for (const character of name) state = mix(state ^ (character.codePointAt(0) ?? 0));
  return () => {
    state = (state + 0x9e37_79b9) >>> 0;
    return mix(state) / 0x1_0000_0000;
  };
}

/** A finalizer that spreads every bit of a 32-bit number over all others. */
function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0_aaad);
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a_2d97);
  return (hash ^ (hash >>> 15)) >>> 0;
}
