import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineSplitter } from "./line-splitter.ts";

function split(chunks: readonly Buffer[], maxBytes?: number): { lines: string[]; tooLong: string[] } {
  const lines: string[] = [];
  const tooLong: string[] = [];
  const splitter = new LineSplitter(
    { line: (text) => lines.push(text), tooLong: (text) => tooLong.push(text) },
    maxBytes,
  );
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return { lines, tooLong };
}

describe("LineSplitter", () => {
  it("gives the lines of a text whatever pieces it comes in", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "grapheme" }).map((s) => s.replace(/[\r\n]/g, ""))),
        fc.integer({ min: 1, max: 9 }),
        (lines, size) => {
          const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
          const chunks: Buffer[] = [];
          for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
          expect(split(chunks).lines).toEqual(lines);
        },
      ),
    );
  });

  it("hands over a last line without its newline, and drops carriage returns", () => {
    expect(split([Buffer.from("a\r\n\nlast")]).lines).toEqual(["a", "", "last"]);
  });

  it("takes a line of exactly the limit and drops one that is longer by a byte", () => {
    const result = split([Buffer.from(`${"a".repeat(8)}\n${"b".repeat(9)}\nc\n`)], 8);
    expect(result).toEqual({ lines: ["aaaaaaaa", "c"], tooLong: ["bbbbbbbbb"] });
  });

  it("says of an endless line once that it is too long, with its beginning, and goes on after it", () => {
    const piece = Buffer.from("x".repeat(1_000));
    const result = split(
      [Buffer.from("{"), ...Array.from({ length: 50 }, () => piece), Buffer.from("\nnext\n")],
      2_000,
    );
    expect(result.lines).toEqual(["next"]);
    expect(result.tooLong).toHaveLength(1);
    expect(result.tooLong[0]).toHaveLength(256);
    expect(result.tooLong[0]?.startsWith("{xxx")).toBe(true);
  });

  it("joins a line that comes byte by byte", () => {
    const bytes = Buffer.from("y".repeat(5_000));
    expect(split(Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))).lines).toEqual(["y".repeat(5_000)]);
  });

  it("passes over lines that are not wanted by their first byte, without reading them", () => {
    const lines: string[] = [];
    const splitter = new LineSplitter({ line: (text) => lines.push(text), wants: (first) => first === 123 }, 100);
    for (const chunk of ["{a}\nplain ", "{not} ", `${"x".repeat(500)}\n`, "\n {b}\n{c", "}\n"])
      splitter.push(Buffer.from(chunk));
    expect(lines).toEqual(["{a}", "", "{c}"]);
  });

  it("passes over whole chunks while nothing is wanted, and begins again at the beginning of a line", () => {
    const lines: string[] = [];
    let deaf = false;
    const splitter = new LineSplitter({ line: (text) => lines.push(text), deaf: () => deaf });
    splitter.push(Buffer.from("one\ntw"));
    deaf = true;
    splitter.push(Buffer.from("o\nthree\nfour\nfi"));
    deaf = false;
    splitter.push(Buffer.from("ve\nsix\n"));
    expect(lines).toEqual(["one", "five", "six"]);
  });
});
