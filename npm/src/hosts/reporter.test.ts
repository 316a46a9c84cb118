import { describe, expect, it } from "vitest";
import { FakeClock } from "../testing/fake-clock.ts";
import { Reporter } from "./reporter.ts";
import { RecordingSink } from "./testing/attempts.ts";

describe("Reporter", () => {
  it("passes on a burst of lines, then fifty a second, and says that some were left out", () => {
    const clock = new FakeClock();
    const sink = new RecordingSink();
    const reporter = new Reporter(clock, sink);
    for (let i = 0; i < 1_000; i++) reporter.log("info", `line ${i}`);
    expect(sink.logged).toHaveLength(200);
    clock.advance(1_000);
    for (let i = 0; i < 1_000; i++) reporter.log("info", `later ${i}`);
    expect(sink.logged).toHaveLength(251);
    expect(sink.logged[200]?.text).toContain("lines were left out");
    expect(sink.logged[201]?.text).toBe("later 0");
    reporter.end();
    expect(sink.logged.at(-1)?.text).toContain("lines were left out");
    reporter.log("info", "after the end");
    reporter.note("after the end");
    expect(sink.logged).toHaveLength(252);
  });

  it("does not drop what the host itself says, and shortens what is long", () => {
    const sink = new RecordingSink();
    const reporter = new Reporter(new FakeClock(), sink);
    for (let i = 0; i < 300; i++) reporter.log("info", "x");
    reporter.note("y".repeat(10_000));
    expect(sink.logged.at(-1)?.text).toHaveLength(4_096);
  });

  it("passes on resource use once a second", () => {
    const clock = new FakeClock();
    const sink = new RecordingSink();
    const reporter = new Reporter(clock, sink);
    for (let i = 0; i < 30; i++) {
      reporter.usage({ memoryPeakBytes: i, cpuMs: i, diskBytes: null });
      clock.advance(100);
    }
    expect(sink.used.map(({ cpuMs }) => cpuMs)).toEqual([0, 9, 19, 29]);
  });
});
