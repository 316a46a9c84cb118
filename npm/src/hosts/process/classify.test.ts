import { describe, expect, it } from "vitest";
import { FakeClock } from "../../testing/fake-clock.ts";
import type { TestReport } from "../formats/test-report.ts";
import { Reporter } from "../reporter.ts";
import { stopReason } from "../stop.ts";
import { attemptOf, RecordingSink } from "../testing/attempts.ts";
import { BoundedCapture } from "./capture.ts";
import { type Evidence, judge } from "./classify.ts";
import type { Ended } from "./execution.ts";
import { totalsOf } from "./outcome.ts";
import { ProtocolState } from "./results/protocol.ts";

const MIB = 1024 * 1024;

interface Parts {
  readonly ended?: Partial<Ended>;
  readonly reports?: readonly TestReport[];
  readonly stderr?: string;
  readonly errorTypes?: Readonly<Record<string, string>>;
  readonly lines?: readonly string[];
  readonly peakMb?: number;
}

function evidence({ ended, reports = [], stderr = "", errorTypes, lines = [], peakMb = 10 }: Parts): Evidence {
  const protocol = new ProtocolState(new Reporter(new FakeClock(), new RecordingSink()));
  for (const line of lines) protocol.take(line);
  const said = new BoundedCapture();
  said.push(Buffer.from(stderr));
  const usage = { memoryPeakBytes: peakMb * MIB, cpuMs: 1, diskBytes: 0 };
  return {
    attempt: attemptOf(),
    program: { argv: ["x"], cwd: "/", ...(errorTypes ? { errorTypes } : {}) },
    ended: { exitCode: 0, signal: null, stopped: false, usage, notes: [], ...ended },
    collected: { protocol, reports, coverage: undefined, files: new Map() },
    totals: totalsOf(reports),
    stdout: new BoundedCapture(),
    stderr: said,
    stdoutIsResults: false,
    stopReason: stopReason("timeout", "time is over"),
  };
}

const typeOf = (parts: Parts): string | undefined => judge(evidence(parts))?.error.type;
const killed = { exitCode: null, signal: "SIGKILL" } as const;
const limit = { kind: "memory", limitBytes: 1, usedBytes: 2 } as const;
const report = (parts: Partial<TestReport>): TestReport => ({
  passed: 1,
  failed: 0,
  skipped: 0,
  failures: [],
  ...parts,
});
const failing = report({ failed: 1, failures: [{ name: "t", message: "m", evidence: "AssertionError" }] });
const error = '{"type":"error","error_type":"gpu_lost","message":"m"}';

describe("judge", () => {
  it("finds nothing wrong with a program that ended well", () => {
    expect(judge(evidence({}))).toBeUndefined();
    expect(judge(evidence({ reports: [report({})] }))).toBeUndefined();
  });

  it("takes what the host did before what the program says, and that before what it left", () => {
    const everything = {
      reports: [failing],
      lines: [error],
      stderr: "Cannot find module 'x'",
      errorTypes: { "3": "mapped" },
    };
    expect(typeOf({ ...everything, ended: { ...killed, limit, stopped: true } })).toBe("memory_error");
    expect(typeOf({ ...everything, ended: { ...killed, stopped: true } })).toBe("timeout");
    expect(typeOf({ ...everything, ended: { exitCode: 3 } })).toBe("gpu_lost");
    expect(typeOf({ ...everything, lines: [], ended: { exitCode: 3 } })).toBe("mapped");
    expect(typeOf({ ...everything, lines: [], ended: { exitCode: 1 } })).toBe("calculation_error");
    expect(typeOf({ ...everything, lines: [], reports: [], ended: { exitCode: 1 } })).toBe("import_error");
  });

  it("takes a kill that comes at the memory limit for the system's, and any other for a fault of it", () => {
    expect(typeOf({ ended: killed, peakMb: 500 })).toBe("memory_error");
    expect(typeOf({ ended: killed, peakMb: 100 })).toBe("system_error");
    expect(typeOf({ ended: { exitCode: null, signal: "SIGABRT" }, stderr: "JavaScript heap out of memory" })).toBe(
      "memory_error",
    );
  });

  it("calls failed tests alone by that, and those of a run that broke off not", () => {
    expect(judge(evidence({ reports: [failing], ended: { exitCode: 1 } }))).toMatchObject({ testsOnly: true });
    const broken = { ...failing, incomplete: "no plan" };
    expect(judge(evidence({ reports: [broken], ended: { exitCode: 1 } }))).toMatchObject({ testsOnly: false });
    expect(judge(evidence({ reports: [failing], ended: { exitCode: 0 } }))?.error.message).toBe(
      "1 of 2 tests failed: t: m",
    );
  });

  it("looks at the output when failed tests say nothing of their cause", () => {
    const silent = report({ failed: 1, failures: [{ name: "t" }] });
    expect(typeOf({ reports: [silent], stderr: "connect ECONNREFUSED" })).toBe("network_error");
    expect(typeOf({ reports: [silent] })).toBe("logic_error");
  });

  it("keeps the facts, bounded", () => {
    const failures = Array.from({ length: 200 }, (_, i) => ({
      name: `t${i}${"x".repeat(2_000)}`,
      message: "m".repeat(2_000),
      file: "f",
      line: i,
    }));
    const many = report({ failed: 200, failures });
    const details = judge(evidence({ reports: [many], stderr: "e".repeat(300_000), ended: { exitCode: 1 } }))?.error
      .details;
    expect(details).toMatchObject({
      exitCode: 1,
      tests: { total: 201, failed: 200 },
      stderr: { bytes: 300_000, truncated: true },
    });
    expect(details?.failedTests).toHaveLength(50);
    expect(JSON.stringify(details).length).toBeLessThan(64 * 1024);
  });
});
