import { afterAll, describe, expect, it } from "vitest";
import { Bench, IS_LINUX } from "./harness.ts";

const bench = new Bench();
afterAll(() => bench.close());

const MIB = 1024 * 1024;
const resources = { memoryMb: 200, cpuCores: 1, diskMb: 5 };

describe.runIf(IS_LINUX)("memory", () => {
  it.each(["alone", "child"])("above the limit ends the group: %s", async (where) => {
    const { result, sink } = await bench.fixture("hog.mjs", ["4000", where], { attempt: { resources } });
    expect(result).toMatchObject({
      ok: false,
      error: {
        type: "memory_error",
        code: "HOST_MEMORY_LIMIT",
        details: { signal: "SIGKILL", limit: { kind: "memory", limitBytes: 200 * MIB } },
      },
    });
    expect(result.usage.memoryPeakBytes).toBeGreaterThan(200 * MIB);
    // 8 MiB every 5 ms between two samples, with room for a busy machine.
    expect(result.usage.memoryPeakBytes).toBeLessThan(1_500 * MIB);
    expect(result.error?.message).toMatch(/used \d+\.\d MiB of 200\.0 MiB of memory/);
    expect(sink.used.length).toBeGreaterThan(0);
  });

  it("is measured for the whole group", async () => {
    const script = "const b = Buffer.alloc(300 * 1048576, 1); setTimeout(() => b.fill(2, 0, 1), 500)";
    const run = (argv: readonly [string, ...string[]]) =>
      bench.run({ argv, cwd: bench.root }, { attempt: { resources: { ...resources, memoryMb: 2_000 } } });
    const { result } = await run([process.execPath, "-e", script]);
    expect(result.ok).toBe(true);
    expect(result.usage.memoryPeakBytes).toBeGreaterThan(300 * MIB);
    expect(result.metrics.memory).toBe((result.usage.memoryPeakBytes ?? 0) / MIB);
    const child = `require("child_process").execFileSync(process.execPath, ["-e", ${JSON.stringify(script)}])`;
    const both = (await run([process.execPath, "-e", child])).result;
    expect(both.usage.memoryPeakBytes).toBeGreaterThan((result.usage.memoryPeakBytes ?? 0) + 20 * MIB);
  });
});

describe.runIf(IS_LINUX)("CPU time", () => {
  // Burns and then says, in milliseconds, what the system has put on its account.
  const used = "const used = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1_000; };";
  const burn = `${used} let n = 0; while (used() < 400) for (let i = 0; i < 1e6; i++) n += i; console.log(used());`;
  const run = async (script: string): Promise<readonly [number, number]> => {
    const { result } = await bench.run({ argv: [process.execPath, "-e", script], cwd: bench.root });
    const { stdout } = result.output as { stdout: { text: string } };
    return [
      result.usage.cpuMs ?? -1,
      stdout.text
        .trim()
        .split("\n")
        .reduce((sum, line) => sum + Number(line), 0),
    ];
  };

  it("is that of the program, also what it used after the last sample", async () => {
    const [measured, said] = await run(burn);
    expect(said).toBeGreaterThan(400);
    // The account counts in steps of 10 ms; node's own end comes after what it says.
    expect(measured).toBeGreaterThanOrEqual(said - 20);
    expect(measured).toBeLessThan(said + 150);
  });

  it("counts children that ended and were waited for", async () => {
    const child = `require("child_process").execFileSync(process.execPath, ["-e", ${JSON.stringify(burn)}], { stdio: "inherit" });`;
    const [measured, said] = await run(`${child} ${child} ${used} console.log(used());`);
    expect(said).toBeGreaterThan(800);
    expect(measured).toBeGreaterThanOrEqual(said - 50);
    expect(measured).toBeLessThan(said + 300);
  });
});

describe("disk", () => {
  it("above the limit ends the program", async () => {
    const { result } = await bench.fixture("writer.mjs", ["8", "stay"], { attempt: { resources } });
    expect(result).toMatchObject({
      ok: false,
      error: {
        type: "resource_exhaustion",
        code: "HOST_DISK_LIMIT",
        details: { limit: { kind: "disk", limitBytes: 5 * MIB, usedBytes: 8 * MIB } },
      },
    });
    expect(result.usage.diskBytes).toBe(8 * MIB);
  });

  it("is looked at once more when a program was quicker than the samples", async () => {
    const { result } = await bench.fixture("writer.mjs", ["8"], { attempt: { resources } });
    expect(result).toMatchObject({ ok: false, exitCode: 0, error: { code: "HOST_DISK_LIMIT" } });
  });

  it("within the limit is measured", async () => {
    const { result } = await bench.fixture("writer.mjs", ["8"], {
      attempt: { resources: { ...resources, diskMb: 0 } },
    });
    expect(result).toMatchObject({ ok: true, usage: { diskBytes: 8 * MIB } });
  });
});
