import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { AttemptResult, ResultSource } from "../../../npm/src/hosts/host.ts";
import { RecordingSink } from "../../../npm/src/hosts/testing/attempts.ts";
import { Bench, FIXTURES, IS_LINUX } from "./harness.ts";

const bench = new Bench();
afterAll(() => bench.close());
mkdirSync(bench.dir, { recursive: true });

const SUITE = join(FIXTURES, "suite.mjs");

async function suite(
  flags: readonly string[],
  results: readonly ResultSource[],
  fails = "",
  attempt: { toleratesFailedTests?: boolean } = {},
): Promise<AttemptResult> {
  const argv = [process.execPath, "--test", "--test-isolation=none", ...flags, SUITE] as const;
  const { result } = await bench.run({ argv, cwd: FIXTURES, results, env: { SUITE_FAILS: fails } }, { attempt });
  return result;
}

const TAP_FLAGS = ["--test-reporter=tap", "--test-reporter-destination=stdout"];
const COVERAGE = ["--experimental-test-coverage", "--test-coverage-include=**/covered.mjs"];

describe("test results", () => {
  it("come as TAP on standard output, coverage with them", async () => {
    const result = await suite([...TAP_FLAGS, ...COVERAGE], [{ format: "tap" }]);
    expect(result).toMatchObject({
      ok: true,
      metrics: { total_tests: 4, passed: 4, failed: 0, skipped: 1, pass_rate: 1 },
      output: { tests: { total: 4, passed: 4, failed: 0, skipped: 1 } },
    });
    // Eight lines, three of a function that nobody calls: node counts from brace to brace.
    expect(result.metrics.coverage).toBeGreaterThan(0.4);
    expect(result.metrics.coverage).toBeLessThan(1);
  });

  it("come as JUnit and lcov files, which are kept", async () => {
    const files = ["--test-reporter=junit", "--test-reporter-destination={{dir}}/junit.xml", ...COVERAGE];
    const lcov = ["--test-reporter=lcov", "--test-reporter-destination={{dir}}/lcov.info"];
    const sources = [
      { format: "junit", path: "{{dir}}/junit.xml" },
      { format: "lcov", path: "{{dir}}/lcov.info" },
    ] as const;
    const result = await suite([...files, ...lcov], sources);
    const tap = await suite([...TAP_FLAGS, ...COVERAGE], [{ format: "tap" }]);
    expect(result).toMatchObject({ ok: true, metrics: { total_tests: 4, pass_rate: 1 } });
    expect(result.metrics.coverage).toBeCloseTo(tap.metrics.coverage ?? -1, 3);
    expect(result.artifacts.map(({ name }) => name).sort()).toEqual(["junit.xml", "lcov.info"]);
  });

  it.each(["tap", "junit"] as const)("name what failed, in %s", async (format) => {
    const path = `{{dir}}/results.${format}`;
    const flags = [`--test-reporter=${format}`, `--test-reporter-destination=${path}`];
    const result = await suite(flags, [{ format, path }], "vests,throws");
    expect(result).toMatchObject({
      ok: false,
      exitCode: 1,
      metrics: { total_tests: 4, passed: 2, failed: 2, pass_rate: 0.5 },
      error: {
        type: "calculation_error",
        message: expect.stringContaining("2 of 4 tests failed: models > vests"),
        details: {
          exitCode: 1,
          tests: { total: 4, passed: 2, failed: 2, skipped: 1 },
          failedTests: [
            { name: "models > vests", file: SUITE, message: expect.stringContaining("2083.33") },
            { name: "models > inner > throws", file: SUITE, message: "not a function of ours" },
          ],
        },
      },
    });
  });

  it("tell an import error and an ordinary failure from a wrong figure", async () => {
    expect((await suite(TAP_FLAGS, [{ format: "tap" }], "imports,vests")).error?.type).toBe("import_error");
    expect((await suite(TAP_FLAGS, [{ format: "tap" }], "throws")).error?.type).toBe("logic_error");
  });

  it("may fail in part when a criterion judges the pass rate", async () => {
    const tolerant = { toleratesFailedTests: true };
    const result = await suite(TAP_FLAGS, [{ format: "tap" }], "vests", tolerant);
    expect(result).toMatchObject({ ok: true, metrics: { pass_rate: 0.75 }, error: { type: "calculation_error" } });
    const crashed = await suite(TAP_FLAGS, [{ format: "tap" }], "crash", tolerant);
    expect(crashed).toMatchObject({ ok: false, error: { type: "system_error", details: { signal: "SIGABRT" } } });
  });

  it("that break off or are missing fail the try even when the program says all is well", async () => {
    const print = (text: string) => [process.execPath, "-e", `process.stdout.write(${JSON.stringify(text)})`] as const;
    const run = async (text: string, results: readonly ResultSource[]) =>
      (await bench.run({ argv: print(text), cwd: FIXTURES, results })).result;
    const broken = { ok: false, exitCode: 0, error: { code: "HOST_RESULTS_INCOMPLETE", type: "system_error" } };
    expect(await run("TAP version 13\nok 1 - a\n", [{ format: "tap" }])).toMatchObject(broken);
    expect(await run("hello", [{ format: "tap" }])).toMatchObject(broken);
    expect(await run("", [{ format: "junit", path: "{{dir}}/nowhere.xml" }])).toMatchObject(broken);
    expect(await run("1..2\nok 1\n", [{ format: "tap" }])).toMatchObject({
      ok: false,
      metrics: { failed: 1, pass_rate: 0.5 },
    });
  });

  it("count as progress when their number is known beforehand", async () => {
    const script = `console.log("1..4"); let n = 0; const t = setInterval(() => { console.log("ok " + ++n); if (n === 4) clearInterval(t); }, 120)`;
    const { sink } = await bench.run({
      argv: [process.execPath, "-e", script],
      cwd: FIXTURES,
      results: [{ format: "tap" }],
    });
    expect(sink.progressed[0]).toEqual({ percentage: 25, completed: 1, remaining: 3 });
    expect(sink.progressed.at(-1)?.completed).toBeGreaterThanOrEqual(3);
  });

  it("of an earlier run are not taken for those of this one", async () => {
    const old = join(bench.dir, "old.xml");
    writeFileSync(old, '<testsuite><testcase name="a"/></testsuite>');
    utimesSync(old, new Date(0), new Date(0));
    const argv = [process.execPath, "-e", "0"] as const;
    const { result } = await bench.run({
      argv,
      cwd: FIXTURES,
      results: [{ format: "junit", path: "{{dir}}/old.xml" }],
    });
    expect(result.error).toMatchObject({
      code: "HOST_RESULTS_INCOMPLETE",
      message: expect.stringContaining("from before the program ran"),
    });
    expect(result.metrics).not.toHaveProperty("pass_rate");
  });
});

describe("the JSON-lines protocol", () => {
  const places = [
    ["stdout", { format: "jsonl" }],
    ["fd", { format: "jsonl", path: "fd:3" }],
    ["file", { format: "jsonl", path: "{{dir}}/lines.jsonl" }],
  ] as const;

  it.each(places)("is followed on %s while the program runs", async (where, source) => {
    if (where === "file") writeFileSync(join(bench.dir, "lines.jsonl"), '{"type":"metric","name":"stale","value":1}\n');
    const { result, sink } = await bench.fixture("lines.mjs", [where], { program: { results: [source] } });
    expect(result).toMatchObject({ ok: true, output: { answer: 42 }, metrics: { speedup: 1.9 } });
    expect(Object.keys(result.metrics).sort()).toEqual(["execution_time", "memory", "speedup"]);
    if (IS_LINUX) expect(result.metrics.memory).toBeGreaterThan(1);
    expect(result.artifacts.map(({ name, bytes }) => [name, bytes])).toEqual([["report", 14]]);
    const percentages = sink.progressed.map(({ percentage }) => percentage);
    expect(percentages.length).toBeGreaterThan(2);
    expect(percentages.length).toBeLessThanOrEqual(12);
    expect(percentages).toEqual(percentages.toSorted((a, b) => a - b));
    const said = sink.logged.map(({ text }) => text);
    expect(said).toContain("begun");
    expect(said).toContain("metric broken needs a number `value`");
    expect(said).toContainEqual(expect.stringContaining("artifact ghost was not kept"));
  });

  it("asks for more time, and hears in its log when it gets none", async () => {
    const line = (ms: number): string => JSON.stringify({ type: "extend", ms });
    const script = `console.log(${JSON.stringify(`${line(60_000)}\n${line(0)}`)})`;
    const program = {
      argv: [process.execPath, "-e", script] as const,
      cwd: FIXTURES,
      results: [{ format: "jsonl" }] as const,
    };
    const granted = await bench.run(program);
    expect(granted.sink.extended).toEqual([60_000]);
    expect(granted.sink.logged.map(({ text }) => text)).toEqual(["extend needs a number `ms` of at least 1"]);
    const sink = new RecordingSink();
    sink.refusal = new Error("it was asked to stop");
    expect((await bench.run(program, { sink })).result.ok).toBe(true);
    expect(sink.logged.map(({ text }) => text)).toContain("no more time: it was asked to stop");
  });

  it("finds what its agent keeps, and keeps the last it says, with the result behind it", async () => {
    const script = `let text = "";
      process.stdin.on("data", (part) => (text += part)).on("end", () => {
        const { page } = JSON.parse(text).state;
        for (const next of [page + 1, page + 2, page + 3])
          console.log(JSON.stringify({ type: "state", value: { page: next } }));
      });`;
    const argv = [process.execPath, "-e", script] as const;
    const program = { argv, cwd: FIXTURES, results: [{ format: "jsonl" }] as const };
    const attempt = { state: async () => ({ page: 7 }) };
    const { sink, result } = await bench.run(program, { attempt });
    expect([result.ok, sink.saved.at(-1)]).toEqual([true, { page: 10 }]);
    const refusing = new RecordingSink();
    refusing.refusal = new Error("too much");
    expect((await bench.run(program, { attempt, sink: refusing })).result.ok).toBe(true);
    expect(refusing.logged.map(({ text }) => text)).toContain("the state was not saved: too much");
  });

  it("carries an error with its type, whatever the exit code", async () => {
    const line = JSON.stringify({
      type: "error",
      error_type: "calculation_error",
      message: "off by a cent",
      details: { row: 7 },
    });
    const argv = [process.execPath, "-e", `console.log(${JSON.stringify(line)})`] as const;
    const { result } = await bench.run({ argv, cwd: FIXTURES, results: [{ format: "jsonl" }] });
    expect(result).toMatchObject({
      ok: false,
      exitCode: 0,
      error: { type: "calculation_error", message: "off by a cent", details: { reported: { row: 7 } } },
    });
  });

  it("has an output that is no fit for the journal refused", async () => {
    const script = `console.log('{"type":"result","output":' + "[".repeat(500) + "]".repeat(500) + "}")`;
    const { result } = await bench.run({
      argv: [process.execPath, "-e", script],
      cwd: FIXTURES,
      results: [{ format: "jsonl" }],
    });
    expect(result).toMatchObject({
      ok: false,
      exitCode: 0,
      error: { type: "logic_error", code: "HOST_OUTPUT_INVALID" },
    });
    expect(result).not.toHaveProperty("output");
  });

  it("takes no more metrics than an attempt may have", async () => {
    const script =
      "for (let i = 0; i < 200; i++) console.log(JSON.stringify({ type: 'metric', name: 'm' + i, value: i }))";
    const { result, sink } = await bench.run({
      argv: [process.execPath, "-e", script],
      cwd: FIXTURES,
      results: [{ format: "jsonl" }],
    });
    expect(Object.keys(result.metrics).length).toBeLessThanOrEqual(64);
    expect(sink.logged.filter(({ text }) => text.includes("more than 54 metrics"))).not.toEqual([]);
  });
});
