import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HashTable } from "../hash-table.ts";
import { Recent } from "../recent.ts";
import { hashOf, Scan } from "../scan.ts";
import { brokenRule } from "../subjects.ts";
import { Trie } from "../trie.ts";

/** Two tokens of one hash. */
const [ONE, OTHER] = ["opcwesc", "kmkjbhy"] as const;

describe("subjects taken apart", () => {
  test("any text is taken apart as it is split, or refused as the rules refuse it", () => {
    const text = fc.oneof(
      fc
        .array(fc.constantFrom("a", "b7", "", "*", ">", "é", " ", "long-token"), { maxLength: 18 })
        .map((all) => all.join(".")),
      fc.string({ maxLength: 300 }),
    );
    fc.assert(
      fc.property(text, (subject) => {
        const scan = new Scan();
        if (brokenRule(subject, false) !== undefined) {
          expect(() => scan.read(subject)).toThrowError(expect.objectContaining({ code: "PROTOCOL_SUBJECT_INVALID" }));
          return;
        }
        scan.read(subject);
        const tokens = subject.split(".");
        expect([...scan.hashes.subarray(0, scan.count)]).toEqual(tokens.map(hashOf));
        expect(scan.ends[scan.count - 1]).toBe(subject.length);
      }),
      { numRuns: 500 },
    );
  });

  test("tokens of one hash are told apart, also when one of them leaves", () => {
    expect(hashOf(ONE)).toBe(hashOf(OTHER));
    const trie = new Trie<string>();
    const find = (subject: string): string[] => {
      const found: string[] = [];
      trie.match(subject, found);
      return found;
    };
    trie.add(`a.${ONE}`, "one");
    expect(find(`a.${OTHER}`)).toEqual([]);
    trie.add(`a.${OTHER}.>`, "other");
    trie.add("a.third", "third");
    expect([find(`a.${ONE}`), find(`a.${OTHER}.x`), find("a.third")]).toEqual([["one"], ["other"], ["third"]]);
    expect(trie.remove(`a.${ONE}`, "one")).toBe(true);
    expect([find(`a.${ONE}`), find(`a.${OTHER}.x`)]).toEqual([[], ["other"]]);
    expect(trie.remove(`a.${OTHER}.>`, "other")).toBe(true);
    expect([find(`a.${OTHER}.x`), find("a.third"), trie.size]).toEqual([[], ["third"], 1]);
  });
});

test("long tokens with the same length and the same end are told apart, and so are short ones", () => {
  const trie = new Trie<string>();
  const find = (subject: string): string[] => {
    const found: string[] = [];
    trie.match(subject, found);
    return found;
  };
  const [one, other] = ["plant-a-machine-00000001", "plant-b-machine-00000001"];
  trie.add(`${one}.end`, "one");
  expect(find(`${other}.end`)).toEqual([]);
  trie.add(`${other}.end`, "other");
  trie.add("x.ab.end", "short");
  expect(find(`${one}.end`)).toEqual(["one"]);
  expect(find(`${other}.end`)).toEqual(["other"]);
  expect([find("x.ab.end"), find("x.b.end"), find("x.aab.end"), find("x.ab.en")]).toEqual([["short"], [], [], []]);
});

test("many of one pattern are found in their order, and one by one leave it", () => {
  const trie = new Trie<number>();
  const find = (): number[] => {
    const found: number[] = [];
    trie.match("a.b", found);
    return found;
  };
  for (const each of [1, 2, 3, 2]) trie.add("a.*", each);
  trie.add("a.>", 4);
  expect(find().toSorted()).toEqual([1, 2, 2, 3, 4]);
  for (const [gone, left] of [
    [2, [1, 2, 3, 4]],
    [1, [2, 3, 4]],
    [2, [3, 4]],
    [3, [4]],
  ] as const) {
    expect(trie.remove("a.*", gone)).toBe(true);
    expect(find().toSorted()).toEqual(left);
  }
  expect([trie.remove("a.*", 3), trie.remove("a.>", 4), find(), trie.size]).toEqual([false, true, [], 0]);
});

describe("tables", () => {
  test("hold what was put in and not taken out, however hashes fall together", () => {
    const step = fc.record({ hash: fc.constantFrom(1, 2, 9, 17, -1, 1 << 30, 33), isAdded: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const table = new HashTable<{ readonly hash: number }>();
        const model: { readonly hash: number }[] = [];
        for (const { hash, isAdded } of steps) {
          if (isAdded) {
            const entry = { hash };
            table.add(entry);
            model.push(entry);
          } else {
            const at = model.findIndex((entry) => entry.hash === hash);
            table.remove(at < 0 ? { hash } : (model.splice(at, 1)[0] as { readonly hash: number }));
          }
          expect(table.size).toBe(model.length);
        }
        for (const hash of [1, 2, 9, 17, -1, 1 << 30, 33, 5]) {
          const found = new Set<unknown>();
          for (let at = table.find(hash); at >= 0; at = table.find(hash, at + 1)) found.add(table.entries[at]);
          expect(found).toEqual(new Set(model.filter((entry) => entry.hash === hash)));
        }
      }),
      { numRuns: 300 },
    );
  });

  test("what came lately is known, what came long ago is not", () => {
    const recent = new Recent();
    expect([recent.again(7), recent.again(7), recent.again(8)]).toEqual([false, true, false]);
    for (let hash = 100; hash < 200_000; hash++) recent.again(hash);
    expect(recent.again(7)).toBe(false);
  });
});
