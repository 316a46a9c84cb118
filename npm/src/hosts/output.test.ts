import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkOutput } from "./output.ts";

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

describe("checkOutput", () => {
  it("answers plain data as it is, without a copy", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const checked = checkOutput(value);
        expect("value" in checked && Object.is(checked.value, value)).toBe(true);
      }),
    );
  });

  it("converts what JSON converts", () => {
    const output = { at: new Date(0), left: undefined, list: [undefined, 1], url: new URL("https://a.example/") };
    expect(checkOutput(output)).toEqual({
      value: { at: "1970-01-01T00:00:00.000Z", list: [null, 1], url: "https://a.example/" },
    });
    class Point {
      readonly x = 1;
    }
    expect(checkOutput(new Point())).toEqual({ value: { x: 1 } });
  });

  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  it.each([
    ["a cycle", cycle, "refers to itself"],
    ["a function", { f: () => 1 }, "output.f is a function"],
    ["a bigint", [1n], "output[0] is a bigint"],
    ["a symbol", Symbol("s"), "output is a symbol"],
    ["NaN", { a: { b: Number.NaN } }, "output.a.b is NaN"],
    ["infinity", Number.POSITIVE_INFINITY, "output is Infinity"],
    ["a map", { m: new Map() }, "output.m is a Map"],
    ["a set", new Set([1]), "output is a Set"],
    ["bytes", { b: new Uint8Array(3) }, "output.b is a Uint8Array"],
    ["an error", new TypeError("x"), "output is a Error"],
    ["a promise", [Promise.resolve()], "output[0] is a Promise"],
    [
      "toJSON that throws",
      {
        toJSON: () => {
          throw new Error("no");
        },
      },
      "no",
    ],
    [
      "a hidden member",
      {
        get x(): number {
          throw new Error("trap");
        },
      },
      "trap",
    ],
    ["too much", "x".repeat(17 * 1024 * 1024), "larger than"],
  ])("refuses %s", (_what, output, problem) => {
    expect(checkOutput(output)).toEqual({ problem: expect.stringContaining(problem) });
  });

  it.each([129, 500, 100_000])("refuses nesting that would break whoever reads it: %i", (depth) => {
    expect(checkOutput(nested(depth))).toEqual({ problem: expect.stringContaining("nested") });
    expect(checkOutput(nested(128))).toHaveProperty("value");
  });

  it("agrees with JSON on everything it takes, and never throws", () => {
    const anything = fc.anything({
      withDate: true,
      withNullPrototype: true,
      withBigInt: true,
      withMap: true,
      withSparseArray: true,
    });
    fc.assert(
      fc.property(anything, (value) => {
        const checked = checkOutput(value);
        if (value !== undefined && "value" in checked) {
          expect(JSON.stringify(checked.value)).toBe(JSON.stringify(value));
          expect(JSON.parse(JSON.stringify(checked.value))).toEqual(JSON.parse(JSON.stringify(value)));
        }
      }),
    );
  });
});
