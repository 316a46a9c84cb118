import type { Clock } from "./clock.ts";

/** Random bytes drawn from the platform at once: a draw for each id would cost more than the id. */
const POOL_BYTES = 1_024;
/** Of a UUIDv7. */
const RANDOM_BYTES = 10;

/** A source of UUIDv7: 48 bits of wall time, 74 random bits (RFC 9562). */
export function uuidSource(clock: Pick<Clock, "wallMs">): () => string {
  const pool = new Uint8Array(POOL_BYTES);
  let at = POOL_BYTES;
  let lastMs = -1;
  let time = "";
  return () => {
    if (at + RANDOM_BYTES > POOL_BYTES) {
      crypto.getRandomValues(pool);
      at = 0;
    }
    const nowMs = Math.max(Math.floor(clock.wallMs()), 0);
    if (nowMs !== lastMs) {
      const digits = nowMs.toString(16).padStart(12, "0").slice(-12);
      time = `${digits.slice(0, 8)}-${digits.slice(8)}-`;
      lastMs = nowMs;
    }
    const from = at;
    at += RANDOM_BYTES;
    const hex = (index: number): string => HEX[pool[from + index] as number] as string;
    const version = HEX[0x70 | ((pool[from] as number) & 0x0f)];
    const variant = HEX[0x80 | ((pool[from + 2] as number) & 0x3f)];
    const node = `${hex(4)}${hex(5)}${hex(6)}${hex(7)}${hex(8)}${hex(9)}`;
    return `${time}${version}${hex(1)}-${variant}${hex(3)}-${node}`;
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
