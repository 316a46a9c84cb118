import { describe, expect, it } from "vitest";
import { niceStep, timeScale } from "./time-scale.ts";

describe("time scale", () => {
  it("is linear where work goes on", () => {
    const scale = timeScale({ from: 1_000, to: 11_000 }, [{ from: 1_000, to: 11_000 }], 1_000);
    expect([scale.x(1_000), scale.x(6_000), scale.x(11_000)]).toEqual([0, 500, 1_000]);
    expect(scale.folds).toEqual([]);
    expect(scale.ticks.map((tick) => tick.ms - 1_000)).toEqual([0, 2_000, 4_000, 6_000, 8_000, 10_000]);
  });

  it("folds a night between two halves of a run", () => {
    const night = 12 * 3_600_000;
    const scale = timeScale(
      { from: 0, to: night + 20_000 },
      [
        { from: 0, to: 10_000 },
        { from: night + 10_000, to: night + 20_000 },
      ],
      1_000,
    );
    expect(scale.folds).toHaveLength(1);
    expect(scale.folds[0]?.ms).toBeGreaterThan(night * 0.99);
    expect(scale.x(10_000)).toBeGreaterThan(440);
    expect(scale.x(night + 10_000)).toBeLessThan(560);
    expect(scale.x(night + 20_000)).toBeCloseTo(1_000);
  });

  it("never runs backwards and stays inside its width", () => {
    const scale = timeScale(
      { from: 0, to: 100_000 },
      [
        { from: 5, to: 9 },
        { from: 400, to: 700 },
        { from: 99_000, to: 99_100 },
      ],
      800,
    );
    let last = -1;
    for (let ms = -50; ms <= 100_050; ms += 37) {
      const x = scale.x(ms);
      expect(x).toBeGreaterThanOrEqual(last);
      expect(x).toBeLessThanOrEqual(800.0001);
      last = x;
    }
  });

  it("has a finite scale when nothing took any time", () => {
    const scale = timeScale({ from: 5, to: 5 }, [], 100);
    expect(scale.x(5)).toBe(0);
    expect(scale.ticks.every((tick) => Number.isFinite(tick.x))).toBe(true);
  });

  it("chooses round steps up to years", () => {
    expect([niceStep(3), niceStep(700), niceStep(40_000), niceStep(4e6), niceStep(3e9)]).toEqual([
      5,
      1_000,
      60_000,
      7.2e6,
      100 * 86.4e6,
    ]);
  });
});
