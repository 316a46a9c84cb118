import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findCycles } from "../build/graph.ts";
import { canonicalJson } from "../canonical.ts";
import { ConfigError, formatProblems, parseConfig } from "../index.ts";
import { parseBytes, parseDuration } from "../units.ts";
import { fixtureText } from "./helpers.ts";

/** Either a configuration or a ConfigError with places inside the text; anything else is a fault of ours. */
function survive(text: string): void {
  try {
    parseConfig([{ file: "f.yaml", text }], { cwd: "/" });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    const lines = text.split("\n").length;
    for (const problem of error.problems) {
      expect(problem.line).toBeGreaterThanOrEqual(1);
      expect(problem.line).toBeLessThanOrEqual(lines);
      expect(problem.column).toBeGreaterThanOrEqual(1);
    }
    formatProblems(error.problems);
    JSON.stringify(error);
  }
}

const words = [
  ..."orchestrator task_definitions unit_tests integration_tests id name template dependencies resources subtasks".split(
    " ",
  ),
  ..."recovery max_retries agent_pool max_agents templates argv results phases tasks include x-a __proto__ constructor".split(
    " ",
  ),
  ..."A B 1 -1 1e999 30s 512MB null true ~ .inf {{id}} {{ &a *a << !!binary | > - ? : , [ ] { } # ' \" \t \n %YAML --- ...".split(
    " ",
  ),
];

describe("any text at all", () => {
  it("is a configuration or a list of problems: noise", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), survive), { numRuns: 300 });
  });

  it("is a configuration or a list of problems: words of the language in any order", () => {
    const word = fc.constantFrom(...words);
    const gap = fc.constantFrom("", " ", "\n", "\n  ", ": ", "\n- ");
    const text = fc.array(fc.tuple(word, gap), { maxLength: 60 }).map((pairs) => pairs.flat().join(""));
    fc.assert(fc.property(text, survive), { numRuns: 500 });
  });

  it("is a configuration or a list of problems: a good one with a piece cut out or put in", () => {
    const good = `${fixtureText("limits.yaml")}\n${fixtureText("suite.yaml")}`;
    const edit = fc.tuple(
      fc.nat(good.length),
      fc.nat(40),
      fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 5 })),
    );
    fc.assert(
      fc.property(edit, ([at, length, piece]) => survive(good.slice(0, at) + piece + good.slice(at + length))),
      { numRuns: 400 },
    );
  });

  it("is a configuration or a list of problems: any value in any place", () => {
    const key = fc.constantFrom(...words.slice(0, 27));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.jsonValue(),
        fc.dictionary(key, tie("tree"), { maxKeys: 5 }),
        fc.array(tie("tree"), { maxLength: 4 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => survive(JSON.stringify(value))),
      { numRuns: 500 },
    );
  });
});

describe("parts", () => {
  it("canonical JSON is the same for every order of keys, and parses back", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const reversed = (item: unknown): unknown => {
          if (Array.isArray(item)) return item.map(reversed);
          if (typeof item !== "object" || item === null) return item;
          return Object.fromEntries(
            Object.entries(item)
              .reverse()
              .map(([key, member]) => [key, reversed(member)]),
          );
        };
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("a cycle is found exactly when there is one, and it is one", () => {
    const graph = fc
      .integer({ min: 1, max: 12 })
      .chain((count) =>
        fc.array(fc.array(fc.nat(count - 1), { maxLength: 3 }), { minLength: count, maxLength: count }),
      );
    fc.assert(
      fc.property(graph, (waits) => {
        const cycles = findCycles(waits);
        for (const cycle of cycles) {
          for (const [at, node] of cycle.entries()) expect(waits[node]).toContain(cycle[(at + 1) % cycle.length]);
          expect(new Set(cycle).size).toBe(cycle.length);
        }
        // Taking away nodes that wait for nothing leaves something over exactly when there is a cycle.
        const left = new Set(waits.keys());
        for (let before = -1; before !== left.size; ) {
          before = left.size;
          for (const node of left) if (!waits[node]?.some((target) => left.has(target))) left.delete(node);
        }
        expect(cycles.length > 0).toBe(left.size > 0);
      }),
    );
  });

  it("units read what they write", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), (amount) => {
        expect(parseDuration(`${amount}s`)).toBe(amount * 1_000);
        expect(parseDuration(`${amount}m${amount} ms`)).toBe(amount * 60_001);
        expect(parseBytes(`${amount}MiB`)).toBe(amount * 1_048_576);
        expect(parseBytes(`${amount} kb`)).toBe(amount * 1_024);
      }),
    );
    for (const text of ["", "5", "s", "-1s", "1x", "1e3s", "1 2s", "٣s"]) expect(parseDuration(text)).toBeUndefined();
    for (const text of ["", "5", "MB", "-1MB", "1e3MB", "1MMB"]) expect(parseBytes(text)).toBeUndefined();
  });
});
