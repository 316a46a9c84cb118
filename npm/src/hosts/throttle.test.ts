import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FakeClock } from "../testing/fake-clock.ts";
import { Throttle } from "./throttle.ts";

describe("Throttle", () => {
  it("passes the first value at once and then the latest one per interval", () => {
    const clock = new FakeClock();
    const passed: [number, number][] = [];
    const throttle = new Throttle<number>(clock, 100, (value) => passed.push([clock.monoMs(), value]));
    for (let value = 0; value < 25; value++) {
      throttle.push(value);
      clock.advance(10);
    }
    clock.advance(1_000);
    expect(passed).toEqual([
      [0, 0],
      [100, 9],
      [200, 19],
      [300, 24],
    ]);
    throttle.push(99);
    expect(passed.at(-1)).toEqual([1_250, 99]);
  });

  it("passes nothing after its end and leaves no timer", () => {
    const clock = new FakeClock();
    const passed: number[] = [];
    const throttle = new Throttle<number>(clock, 100, (value) => passed.push(value));
    throttle.push(1);
    throttle.push(2);
    throttle.end();
    throttle.push(3);
    clock.advance(1_000);
    expect([passed, clock.timers]).toEqual([[1], 0]);
  });

  it("keeps the rate and loses no last value, whenever values come", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 150 }), { minLength: 1 }), (gaps) => {
        const clock = new FakeClock();
        const passed: { at: number; value: number }[] = [];
        const throttle = new Throttle<number>(clock, 100, (value) => passed.push({ at: clock.monoMs(), value }));
        gaps.forEach((gap, value) => {
          clock.advance(gap);
          throttle.push(value);
        });
        clock.advance(1_000);
        expect(passed.at(-1)?.value).toBe(gaps.length - 1);
        for (const [i, { at }] of passed.entries())
          if (i > 0) expect(at - (passed[i - 1]?.at ?? 0)).toBeGreaterThanOrEqual(100);
      }),
    );
  });
});
