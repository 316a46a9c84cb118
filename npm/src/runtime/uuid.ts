import type { Clock } from "./clock.ts";

/** Random bytes drawn from the platform at once: a draw for each id would cost more than the id. */
const POOL_BYTES = 1_024;

/** A source of UUIDv7: 48 bits of wall time, 74 random bits (RFC 9562). */
export function uuidSource(clock: Pick<Clock, "wallMs">): () => string {
  const pool = randomPool();
  return () => {
    const bytes = pool(10);
    bytes[0] = 0x70 | ((bytes[0] as number) & 0x0f);
    bytes[2] = 0x80 | ((bytes[2] as number) & 0x3f);
    const time = Math.max(Math.floor(clock.wallMs()), 0).toString(16).padStart(12, "0").slice(-12);
    const hex = hexOf(bytes);
    return `${time.slice(0, 8)}-${time.slice(8)}-${hex.slice(0, 4)}-${hex.slice(4, 8)}-${hex.slice(8)}`;
  };
}

/** A source of ids of that many random bytes, in hexadecimal digits; never all zero. */
export function randomHex(bytes: number): () => string {
  const pool = randomPool();
  return () => {
    let hex = hexOf(pool(bytes));
    while (/^0*$/.test(hex)) hex = hexOf(pool(bytes));
    return hex;
  };
}

/** Two random 32-bit words: the seed of a generator that is no secret. */
export function randomWords(): readonly [number, number] {
  const words = crypto.getRandomValues(new Uint32Array(2));
  return [words[0] as number, words[1] as number];
}

function randomPool(): (count: number) => Uint8Array {
  const pool = new Uint8Array(POOL_BYTES);
  let at = POOL_BYTES;
  return (count) => {
    if (at + count > POOL_BYTES) {
      crypto.getRandomValues(pool);
      at = 0;
    }
    at += count;
    return pool.slice(at - count, at);
  };
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function hexOf(bytes: Uint8Array): string {
  let hex = "";
  for (const byte of bytes) hex += HEX[byte];
  return hex;
}
