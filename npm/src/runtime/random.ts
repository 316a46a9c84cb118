import { toHex } from "../hex.ts";

/** Random bytes of the platform as hexadecimal digits, two to a byte. */
export function randomHex(bytes: number): string {
  return toHex(globalThis.crypto.getRandomValues(new Uint8Array(bytes)));
}

/** A random number from 0 up to 1. */
export function randomFraction(): number {
  const [word = 0] = globalThis.crypto.getRandomValues(new Uint32Array(1));
  return word / 2 ** 32;
}

/** Random bytes of the platform that are used once. */
export function randomNonce(bytes: number): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(bytes));
}
