import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BoundedCapture } from "./capture.ts";

describe("BoundedCapture", () => {
  it("keeps everything up to twice its limit, and head and tail beyond", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "binary-ascii", maxLength: 30 })),
        fc.integer({ min: 1, max: 20 }),
        (texts, limit) => {
          const capture = new BoundedCapture(limit);
          for (const text of texts) capture.push(Buffer.from(text));
          const whole = texts.join("");
          const { text, bytes, truncated } = capture.text();
          expect(bytes).toBe(whole.length);
          expect(truncated).toBe(whole.length > 2 * limit);
          const left = whole.length - 2 * limit;
          expect(text).toBe(
            truncated ? `${whole.slice(0, limit)}\n[… ${left} bytes left out …]\n${whole.slice(-limit)}` : whole,
          );
        },
      ),
    );
  });

  it("gives the end alone", () => {
    const capture = new BoundedCapture(10);
    capture.push(Buffer.from("0123456789abcdef"));
    expect(capture.end(4)).toBe("cdef");
    expect(capture.end(12)).toBe("456789abcdef");
    expect(capture.excerpt(4)).toEqual({ text: "cdef", bytes: 16, truncated: true });
    expect(capture.excerpt(99)).toEqual({ text: "0123456789abcdef", bytes: 16, truncated: false });
  });

  it("does not hold on to the chunks it was given", () => {
    const capture = new BoundedCapture(8);
    const chunk = Buffer.from("0123456789");
    capture.push(chunk);
    chunk.fill("x");
    expect(capture.text().text).toBe("0123456789");
  });

  it("does not cut a character of several bytes when nothing is left out", () => {
    const capture = new BoundedCapture(5);
    for (const byte of Buffer.from("äöüß")) capture.push(Buffer.from([byte]));
    expect(capture.text().text).toBe("äöüß");
  });
});
