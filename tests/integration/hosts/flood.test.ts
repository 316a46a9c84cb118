import { afterAll, describe, expect, it } from "vitest";
import { Bench } from "./harness.ts";

const bench = new Bench();
afterAll(() => bench.close());

const GB = 1_000_000_000;
const MIB = 1024 * 1024;

/** The most this process's memory grew by while something ran. */
async function growth(run: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 10);
  await run();
  clearInterval(timer);
  return Math.max(most, process.memoryUsage().rss) - before;
}

describe("an agent that writes 1 GB to standard output", { timeout: 60_000 }, () => {
  it.each(["bytes", "lines"])("costs us no memory and is reported as truncated: %s", async (kind) => {
    const grown = await growth(async () => {
      const { result, sink } = await bench.fixture("flood.mjs", [String(GB), kind]);
      const { stdout } = result.output as { stdout: { text: string; bytes: number; truncated: boolean } };
      expect(result.ok).toBe(true);
      expect(stdout).toMatchObject({ bytes: GB, truncated: true });
      expect(stdout.text.length).toBeLessThan(140_000);
      expect(stdout.text).toContain(`[… ${GB - 2 * 65_536} bytes left out …]`);
      expect(sink.logged.length).toBeLessThan(5_000);
    });
    console.log(`memory grew by ${(grown / MIB).toFixed(1)} MiB (${kind})`);
    expect(grown).toBeLessThan(150 * MIB);
  });

  it("as one JSON line has that line refused, and the try fails", async () => {
    const grown = await growth(async () => {
      const { result } = await bench.fixture("flood.mjs", [String(GB), "json"], {
        program: { results: [{ format: "jsonl" }] },
      });
      expect(result).toMatchObject({
        ok: false,
        exitCode: 0,
        error: { type: "logic_error", code: "HOST_LINE_TOO_LONG" },
      });
      expect(result.error?.message).toContain("longer than 1 MiB");
    });
    expect(grown).toBeLessThan(150 * MIB);
  });

  it("as test results is read to its end", async () => {
    const { result } = await bench.fixture("flood.mjs", [String(GB / 10), "lines"], {
      program: { results: [{ format: "tap" }] },
    });
    expect(result).toMatchObject({ ok: false, error: { code: "HOST_RESULTS_INCOMPLETE" } });
  });
});

describe("a JSON line", () => {
  const script = (bytes: number): string => {
    const frame = JSON.stringify({ type: "result", output: "" }).length;
    return `console.log(JSON.stringify({ type: "result", output: "x".repeat(${bytes - frame}) }))`;
  };
  const run = async (bytes: number) =>
    (
      await bench.run({
        argv: [process.execPath, "-e", script(bytes)],
        cwd: bench.root,
        results: [{ format: "jsonl" }],
      })
    ).result;

  it("of 1 MiB is taken, one of a byte more is refused", async () => {
    expect(await run(MIB)).toMatchObject({ ok: true });
    expect(await run(MIB + 1)).toMatchObject({ ok: false, error: { code: "HOST_LINE_TOO_LONG" } });
  });
});
