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

test("it finds everything while the oldest go and the newest come, and when all have gone", () => {
  const map = new HandleMap<string>();
  const live = 1_000;
  for (let handle = 1; handle <= 20_000; handle++) {
    map.set(handle * 5, `entry ${handle}`);
    if (handle > live) expect(map.delete((handle - live) * 5)).toBe(true);
  }
  expect(map.values()).toEqual(Array.from({ length: live }, (_, index) => `entry ${19_001 + index}`));
  for (let handle = 19_001; handle <= 20_000; handle++) expect(map.delete(handle * 5)).toBe(true);
  expect(map.size).toBe(0);
  expect(map.get(100_000)).toBeUndefined();
});
