import { toHex } from "../hex.ts";

/** Random bytes of the platform as hexadecimal digits, two to a byte. */
export function randomHex(bytes: number): string {
  return toHex(globalThis.crypto.getRandomValues(new Uint8Array(bytes)));
}
