import { describe, expect, it } from "vitest";
import { GroupUsage } from "./group-usage.ts";
import type { ProcStat } from "./linux/stat.ts";

const UNITS = { pageBytes: 4_096, ticksPerSecond: 100 };

function member(pid: number, parent: number, cpuTicks: number, rssPages = 10): ProcStat {
  return { pid, parent, cpuTicks, rssPages, childTicks: 0, startTicks: pid, group: 1, session: 1, state: "S" };
}

function usageOf(...samples: (readonly ProcStat[])[]): GroupUsage {
  const usage = new GroupUsage(UNITS, 2, 0);
  samples.forEach((members, i) => {
    usage.sample(members, (i + 1) * 100);
  });
  return usage;
}

describe("GroupUsage", () => {
  it("adds up memory and keeps the peak", () => {
    const usage = usageOf([member(1, 0, 0, 10)], [member(1, 0, 0, 10), member(2, 1, 0, 20)], [member(1, 0, 0, 5)]);
    expect([usage.memoryBytes, usage.peakBytes]).toEqual([5 * 4_096, 30 * 4_096]);
  });

  it("does not count the time of a child twice when its parent has waited for it", () => {
    expect(usageOf([member(1, 0, 5), member(2, 1, 40)], [member(1, 0, 46)]).cpuMs).toBe(460);
  });

  it("finds time that passed through a parent which ended too", () => {
    const before = [member(1, 0, 5), member(2, 1, 10), member(3, 2, 40)];
    expect(usageOf(before, [member(1, 0, 56)]).cpuMs).toBe(560);
  });

  it("keeps the time of a process that nobody in the group waited for", () => {
    expect(usageOf([member(1, 0, 5), member(2, 999, 40)], [member(1, 0, 6)]).cpuMs).toBe(460);
  });

  it("never goes back", () => {
    expect(usageOf([member(1, 0, 50)], []).cpuMs).toBe(500);
  });

  it("takes the system's account of an ended leader, as far as it can be true", () => {
    const exact = usageOf([member(1, 0, 10)]);
    exact.leaderEnded(180, 150);
    expect(exact.cpuMs).toBe(180);
    const foreign = usageOf([member(1, 0, 10)]);
    foreign.leaderEnded(9_000, 150);
    // 100 ms until the sample, then 50 ms on each of 2 cores.
    expect(foreign.cpuMs).toBe(200);
    const nothing = usageOf([member(1, 0, 10)]);
    nothing.leaderEnded(0, 150);
    expect(nothing.cpuMs).toBe(100);
  });
});
