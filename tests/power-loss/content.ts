/** What is written under each sequence: known to writer and judge alike, so that the judge needs no copy. */

export function bodyOf(seq: number): Uint8Array {
  return pattern(seq, 40 + ((seq * 7919) % 20_000));
}

export function payloadOf(seq: number): Uint8Array {
  return pattern(seq + 1, (seq * 31) % 3_000);
}

export function snapshotOf(seq: number): Uint8Array {
  return pattern(seq + 2, 400_000);
}

function pattern(seed: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = Math.imul(seed + 1, 0x9e3779b1);
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
