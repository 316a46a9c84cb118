/** Units the kernel counts in. */
export interface SystemUnits {
  readonly pageBytes: number;
  readonly ticksPerSecond: number;
}

const AT_PAGESZ = 6n;
const AT_CLKTCK = 17n;

/** Reads the units from the auxiliary vector (`/proc/self/auxv`) of a 64-bit process; what is missing gets the usual value. */
export function parseAuxv(bytes: Buffer): SystemUnits {
  const entries = new Map<bigint, bigint>();
  for (let at = 0; at + 16 <= bytes.length; at += 16) entries.set(word(bytes, at), word(bytes, at + 8));
  return {
    pageBytes: Number(entries.get(AT_PAGESZ) ?? 4_096n),
    ticksPerSecond: Number(entries.get(AT_CLKTCK) ?? 100n),
  };
}

function word(bytes: Buffer, at: number): bigint {
  return isBigEndian() ? bytes.readBigUInt64BE(at) : bytes.readBigUInt64LE(at);
}

function isBigEndian(): boolean {
  return new Uint8Array(new Uint16Array([1]).buffer)[0] === 0;
}
