import fc from "fast-check";
import { expect, test } from "vitest";
import { HandleMap } from "./handle-map.ts";

test("it holds what a Map holds, whatever is set and deleted", () => {
  // Handles that are close together, far apart, and beyond 32 bits.
  const handle = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }));
  const step = fc.record({ handle, isSet: fc.boolean(), value: fc.integer() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const [map, model] = [new HandleMap<number>(), new Map<number, number>()];
      for (const { handle, isSet, value } of steps) {
        if (isSet) {
          map.set(handle, value);
          model.set(handle, value);
        } else {
          expect(map.delete(handle)).toBe(model.delete(handle));
        }
        expect(map.size).toBe(model.size);
        expect(map.has(handle)).toBe(model.has(handle));
      }
      for (const { handle } of steps) expect(map.get(handle)).toBe(model.get(handle));
      expect(map.values()).toEqual([...model].sort(([a], [b]) => a - b).map(([, value]) => value));
    }),
  );
});

test("it finds everything while the oldest go and the newest come, and while all of many go", () => {
  const map = new HandleMap<number>();
  const [live, last] = [10_000, 40_000];
  for (let entry = 1; entry <= last; entry++) {
    map.set(entry * 5, entry);
    if (entry > live && !map.delete((entry - live) * 5)) expect.fail(`${entry - live} was lost`);
  }
  expect(map.values()).toEqual(Array.from({ length: live }, (_, index) => last - live + 1 + index));
  for (let entry = last - live + 1; entry <= last; entry++) {
    if (map.get(entry * 5) !== entry || !map.delete(entry * 5)) expect.fail(`${entry} was lost on the way out`);
  }
  expect([map.size, map.get(last * 5)]).toEqual([0, undefined]);
});
