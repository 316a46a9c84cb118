/** CRC-32C (Castagnoli, reflected polynomial 0x82F63B78), eight bytes a round: one table of 8 × 256 entries. */
const POLYNOMIAL = 0x82f63b78;
const TABLE: Int32Array = buildTable();

/** CRC-32C of `bytes` as an unsigned 32-bit number. Continues from `seed`, the CRC of the bytes before; default 0. */
export function crc32c(bytes: Uint8Array, seed = 0): number {
  const end = bytes.length;
  const rounds = end - (end % 8);
  let crc = ~seed;
  let i = 0;
  // Indices are in range by construction. The two readers stay separate so that each sees one kind of array.
  for (; i < rounds; i += 8) {
    crc ^= byte(bytes, i) | (byte(bytes, i + 1) << 8) | (byte(bytes, i + 2) << 16) | (byte(bytes, i + 3) << 24);
    crc =
      entry(1792 + (crc & 255)) ^
      entry(1536 + ((crc >>> 8) & 255)) ^
      entry(1280 + ((crc >>> 16) & 255)) ^
      entry(1024 + (crc >>> 24)) ^
      entry(768 + byte(bytes, i + 4)) ^
      entry(512 + byte(bytes, i + 5)) ^
      entry(256 + byte(bytes, i + 6)) ^
      entry(byte(bytes, i + 7));
  }
  for (; i < end; i++) crc = (crc >>> 8) ^ entry((crc ^ byte(bytes, i)) & 255);
  return ~crc >>> 0;
}

function byte(bytes: Uint8Array, index: number): number {
  return bytes[index] as number;
}

function entry(index: number): number {
  return TABLE[index] as number;
}

function buildTable(): Int32Array {
  const table = new Int32Array(8 * 256);
  for (let n = 0; n < 256; n++) {
    let value = n;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
    table[n] = value;
  }
  for (let n = 256; n < table.length; n++) {
    const before = table[n - 256] as number;
    table[n] = (before >>> 8) ^ (table[before & 255] as number);
  }
  return table;
}
