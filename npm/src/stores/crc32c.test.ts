import fc from "fast-check";
import { expect, test } from "vitest";
import { crc32c } from "./crc32c.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

// The vectors of RFC 3720, B.4, and the check value of the CRC catalogue.
test.each([
  ["123456789", text("123456789"), 0xe3069283],
  ["32 zeros", new Uint8Array(32), 0x8a9136aa],
  ["32 ones", new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ["0 to 31", Uint8Array.from({ length: 32 }, (_, n) => n), 0x46dd794e],
  ["31 to 0", Uint8Array.from({ length: 32 }, (_, n) => 31 - n), 0x113fdb5c],
  ["nothing", new Uint8Array(), 0],
])("the checksum of %s is known", (_name, bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
});

test("eight bytes a round give what one bit a round gives", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(crc32c(bytes)).toBe(bitwise(bytes));
    }),
  );
});

test("a checksum can be continued", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, at) => {
      expect(crc32c(bytes.subarray(at), crc32c(bytes.subarray(0, at)))).toBe(crc32c(bytes));
    }),
  );
});

function bitwise(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}
