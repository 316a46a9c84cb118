import { describe, expect, it } from "vitest";
import { criterionTarget, criterionValue } from "./criteria.ts";
import { bytes, count, duration, moment, offset, percent } from "./format.ts";

describe("format", () => {
  it.each([
    [0, "0 ms"],
    [999, "999 ms"],
    [1_240, "1.24 s"],
    [9_996, "10.0 s"],
    [59_960, "1 min 00 s"],
    [125_000, "2 min 05 s"],
    [3_599_600, "1 h 00 min"],
    [90_000_000, "1 d 1 h"],
  ])("writes %d ms as %s", (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it.each([
    [0, "0 B"],
    [1_023, "1023 B"],
    [1_536, "1.5 kB"],
    [2_097_152, "2.0 MB"],
    [5e12, "4.5 TB"],
  ])("writes %d bytes as %s", (value, text) => {
    expect(bytes(value)).toBe(text);
  });

  it("writes shares, counts and moments", () => {
    expect([percent(65), percent(98.14), percent(0)]).toEqual(["65 %", "98.1 %", "0 %"]);
    expect([count(1, "try", "tries"), count(2, "try", "tries")]).toEqual(["1 try", "2 tries"]);
    expect(moment(Number.NaN)).toBe("NaN");
    expect(moment(0)).toBe("1970-01-01 00:00:00.000 UTC");
    expect([offset(1_500, 1_000), offset(500, 1_000)]).toEqual(["+500 ms", "−500 ms"]);
  });

  it("gives criteria their units", () => {
    expect(criterionValue("pass_rate", 0.95)).toBe("95 %");
    expect(criterionValue("max_execution_time", 600)).toBe("10 min 00 s");
    expect(criterionValue("memory_max", 2_048)).toBe("2048 MB");
    expect(criterionValue("speedup_min", 2)).toBe("2×");
    expect(criterionValue("latency_p99", 12.34567)).toBe("12.3457");
    expect(criterionTarget({ name: "memory_max", bound: "max", target: 5, measured: 1, met: true })).toBe("≤ 5 MB");
  });
});
