import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Bus } from "../index.ts";
import { brokenRule, matches } from "../subjects.ts";
import { Trie } from "../trie.ts";

const vectors = JSON.parse(
  readFileSync(new URL("../../../../tests/vectors/protocol/subjects.json", import.meta.url), "utf8"),
) as readonly { pattern: string; subject: string; matches: boolean | "refused" }[];

const token = fc.constantFrom("a", "b", "ab", "c", "$sys", "A", "x-1");
const subject = fc.array(token, { minLength: 1, maxLength: 6 }).map((tokens) => tokens.join("."));
const pattern = fc
  .tuple(fc.array(fc.oneof({ weight: 3, arbitrary: token }, fc.constant("*")), { maxLength: 5 }), fc.boolean())
  .map(([tokens, rest]) => [...tokens, ...(rest || tokens.length === 0 ? [">"] : [])].join("."));

describe("subjects", () => {
  test("the vectors of core/protocol hold", () => {
    for (const { pattern, subject, matches: expected } of vectors) {
      const isValid = brokenRule(pattern, true) === undefined && brokenRule(subject, false) === undefined;
      expect([pattern, subject, isValid ? matches(pattern, subject) : "refused"]).toEqual([pattern, subject, expected]);
      if (!isValid) continue;
      const [trie, found] = [new Trie<number>(), [] as number[]];
      trie.add(pattern, 1);
      trie.match(subject, found);
      expect([pattern, subject, found.length === 1]).toEqual([pattern, subject, expected]);
    }
    expect(vectors.length).toBeGreaterThan(10);
  });

  test("bounds: 256 bytes, 16 tokens, printable ASCII", () => {
    expect(brokenRule("a".repeat(256), false)).toBeUndefined();
    expect(brokenRule("a".repeat(257), false)).toBe("must have 1 to 256 bytes");
    expect(brokenRule(new Array(16).fill("a").join("."), false)).toBeUndefined();
    expect(brokenRule(new Array(17).fill("a").join("."), false)).toBe("must have at most 16 tokens");
    for (const text of ["", ".", "a.", ".a", "a..b", "a b", "a\tb", "é", "a.*", "a.>", "a*", "a.b>"])
      expect([text, brokenRule(text, false) === undefined]).toEqual([text, false]);
    for (const text of [">.a", "a.>.b", "a.*b", "*>", "a..*"])
      expect([text, brokenRule(text, true) === undefined]).toEqual([text, false]);
  });

  test("the trie finds what comparing every pattern finds, through additions and removals", () => {
    const change = fc.record({ pattern, entry: fc.nat(3), isAdded: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 60 }),
        fc.array(subject, { minLength: 1, maxLength: 10 }),
        (changes, all) => {
          const trie = new Trie<string>();
          const naive: string[] = [];
          for (const { pattern, entry, isAdded } of changes) {
            const name = `${pattern} ${entry}`;
            const at = naive.indexOf(name);
            if (isAdded) {
              trie.add(pattern, name);
              naive.push(name);
            } else {
              expect(trie.remove(pattern, name)).toBe(at >= 0);
              if (at >= 0) naive.splice(at, 1);
            }
            expect(trie.size).toBe(naive.length);
          }
          for (const each of all) {
            const found: string[] = [];
            trie.match(each, found);
            const expected = naive.filter((name) => matches(name.split(" ")[0] as string, each));
            expect(found.toSorted()).toEqual(expected.toSorted());
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test("any text is a subject or refused, and a subject is a pattern that takes itself", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(".", "*", ">", "a", " ") })), (text) => {
        if (brokenRule(text, false) !== undefined) return;
        expect(brokenRule(text, true)).toBeUndefined();
        expect(matches(text, text)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("routes", () => {
  test("a bus with few cached routes delivers what a model without any says", () => {
    const step = fc.oneof(
      {
        weight: 2,
        arbitrary: fc.record({
          type: fc.constant("subscribe" as const),
          pattern,
          group: fc.constantFrom(undefined, "g", "h"),
        }),
      },
      { weight: 1, arbitrary: fc.record({ type: fc.constant("unsubscribe" as const), at: fc.nat(20) }) },
      { weight: 5, arbitrary: fc.record({ type: fc.constant("publish" as const), subject, broadcast: fc.boolean() }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const bus = new Bus({ routes: 4, sampling: 3 });
        const model: { pattern: string; group: string | undefined; seen: number[]; end: () => void }[] = [];
        let [published, delivered] = [0, 0];
        for (const [at, each] of steps.entries()) {
          if (each.type === "subscribe" && each.pattern.startsWith("$sys")) continue;
          if (each.type === "subscribe") {
            const seen: number[] = [];
            const options = each.group === undefined ? {} : { group: each.group };
            const { pattern, group } = each;
            const subscription = bus.subscribe<number>(pattern, ({ payload }) => void seen.push(payload), options);
            model.push({ pattern, group, seen, end: () => subscription.unsubscribe() });
          } else if (each.type === "unsubscribe") {
            model.splice(each.at, 1)[0]?.end();
          } else if (!each.subject.startsWith("$sys")) {
            const takers = model.filter(({ pattern }) => matches(pattern, each.subject));
            const before = new Map(takers.map((taker) => [taker, taker.seen.length]));
            bus.publish(each.subject, at, each.broadcast ? { broadcast: true } : undefined);
            published += 1;
            const got = model.filter(({ seen }) => seen.at(-1) === at);
            delivered += got.length;
            for (const taker of got) expect(taker.seen.length).toBe((before.get(taker) ?? -2) + 1);
            const direct = takers.filter(({ group }) => group === undefined || each.broadcast);
            expect(got).toEqual(expect.arrayContaining(direct));
            const groups = new Set(takers.flatMap(({ group }) => group ?? []));
            for (const group of groups) {
              const members = got.filter((taker) => taker.group === group).length;
              expect(members).toBe(each.broadcast ? takers.filter((taker) => taker.group === group).length : 1);
            }
            expect(got.length).toBe(direct.length + (each.broadcast ? 0 : groups.size));
          }
        }
        expect(bus.statistics).toMatchObject({ published, delivered, subscriptions: model.length });
      }),
      { numRuns: 200 },
    );
  });
});
