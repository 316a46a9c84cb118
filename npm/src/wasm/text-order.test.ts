import fc from "fast-check";
import { expect, test } from "vitest";
import { byCodePoint } from "./text-order.ts";

const text = fc.string({ unit: "binary" });
const encoder = new TextEncoder();

test("texts are compared as their bytes are", () => {
  expect(["\u{1f600}", "\ufffd", "b", "a", "", "ab"].sort(byCodePoint)).toEqual([
    "",
    "a",
    "ab",
    "b",
    "\ufffd",
    "\u{1f600}",
  ]);
  fc.assert(
    fc.property(text, text, (a, b) => {
      const bytes = Buffer.compare(encoder.encode(a), encoder.encode(b));
      expect(Math.sign(byCodePoint(a, b))).toBe(bytes);
    }),
  );
});
