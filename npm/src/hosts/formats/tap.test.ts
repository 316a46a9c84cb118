import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TapParser } from "./tap.ts";
import { MAX_FAILURES, MAX_TEXT, type TestReport } from "./test-report.ts";

function parse(text: string): TestReport {
  const parser = new TapParser();
  for (const line of text.split("\n")) parser.push(line);
  return parser.end();
}

const NESTED = String.raw`hello from a test before the version line
TAP version 13
# Subtest: top
ok 1 - top
  ---
  duration_ms: 0.7
  type: 'test'
  ...
# Subtest: suite \# x
    # Subtest: good
    ok 1 - good
      ---
      type: 'test'
      ...
    # Subtest: bad
    not ok 2 - bad
      ---
      duration_ms: 0.7
      type: 'test'
      location: '/project/a.test.mjs:3:82'
      failureType: 'testCodeFailure'
      error: |-
        Expected values to be strictly equal:

        1 !== 2
      code: 'ERR_ASSERTION'
      name: 'AssertionError'
      stack: |-
        TestContext.<anonymous> (file:///project/a.test.mjs:3:109)
      ...
    # Subtest: skipped
    ok 3 - skipped # SKIP not today
    # Subtest: later
    not ok 4 - later # TODO
    # Subtest: nested
        # Subtest: deep
        not ok 1 - deep
          ---
          error: 'it''s broken'
          ...
        1..1
    not ok 5 - nested
      ---
      type: 'suite'
      failureType: 'subtestsFailed'
      ...
    1..5
not ok 2 - suite \# x
  ---
  type: 'suite'
  failureType: 'subtestsFailed'
  ...
# Subtest: empty
ok 3 - empty
  ---
  type: 'suite'
  ...
1..3
# tests 7
# start of coverage report
# ----------------------------------------------------------
# file      | line % | branch % | funcs % | uncovered lines
# a.ts      |  50.00 |   100.00 |  100.00 | 1-2
# all files |  87.50 |   100.00 |  100.00 | 
# end of coverage report`;

describe("TapParser", () => {
  it("counts the leaves of subtests once, and names failures with their suites", () => {
    const report = parse(NESTED);
    expect(report).toMatchObject({ passed: 2, failed: 2, skipped: 2, coverage: 0.875 });
    expect(report.incomplete).toBeUndefined();
    expect(report.failures).toEqual([
      {
        name: "suite # x > bad",
        message: "Expected values to be strictly equal:\n\n1 !== 2",
        file: "/project/a.test.mjs",
        line: 3,
        evidence: expect.stringContaining("ERR_ASSERTION"),
      },
      { name: "suite # x > nested > deep", message: "it's broken", evidence: "it's broken" },
    ]);
  });

  it("counts a parent that failed though its subtests did not", () => {
    const report = parse(
      "    ok 1 - child\n    1..1\nnot ok 1 - parent\n  ---\n  failureType: 'hookFailed'\n  ...\n1..1",
    );
    expect(report).toMatchObject({ passed: 1, failed: 1 });
    expect(report.failures.map((failure) => failure.name)).toEqual(["parent"]);
    expect(report.failures[0]?.evidence).toBe("hookFailed");
  });

  it("excuses the failures under a parent that is to do", () => {
    const report = parse("    not ok 1 - child\n    1..1\nnot ok 1 - parent # TODO later\n1..1");
    expect(report).toEqual({ passed: 0, failed: 0, skipped: 1, failures: [] });
  });

  it("counts planned tests that did not run as failed", () => {
    const report = parse("1..4\nok 1\nok 2 - b");
    expect(report).toMatchObject({ passed: 2, failed: 2, incomplete: "2 of 4 planned tests did not run" });
  });

  it("knows the number of tests and what was seen while it runs", () => {
    const parser = new TapParser();
    for (const line of ["TAP version 14", "1..2", "    ok 1 - sub", "    1..1", "ok 1 - a"]) parser.push(line);
    expect([parser.planned, parser.seen]).toEqual([2, 1]);
  });

  it("says when the stream has no plan, bailed out, or is not TAP at all", () => {
    expect(parse("ok 1 - a").incomplete).toBe("the test output ends without its plan");
    expect(parse("ok 1\nBail out! no database\n1..1").incomplete).toBe("the tests bailed out: no database");
    expect(parse("hello\nokay 1\n").incomplete).toBe("no test results in the output");
    expect(parse("1..0 # SKIP nothing to do")).toEqual({ passed: 0, failed: 0, skipped: 0, failures: [] });
  });

  it("reads the members other producers write", () => {
    const [failure] = parse(
      'not ok 1 - it\n  ---\n  message: "two\\nlines"\n  at:\n    file: lib/a.js\n    line: 12\n  ...\n1..1',
    ).failures;
    expect(failure).toMatchObject({ name: "it", message: "two\nlines", file: "lib/a.js", line: 12 });
  });

  it("goes on after a block that nobody closed", () => {
    expect(parse("not ok 1 - a\n  ---\n  error: 'x\nok 2 - b\n1..2")).toMatchObject({ passed: 1, failed: 1 });
  });

  it("names only the first failures and counts all, with bounded texts", () => {
    const long = "x".repeat(50_000);
    const lines = Array.from({ length: 5_000 }, (_, i) => `not ok ${i + 1} - ${long}`);
    const report = parse([...lines, "1..5000"].join("\n"));
    expect(report.failed).toBe(5_000);
    expect(report.failures).toHaveLength(MAX_FAILURES);
    expect(report.failures[0]?.name.length).toBe(MAX_TEXT);
  });

  it("never throws and never loses count, whatever the lines are", () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "ok",
        "not ok 1 - a",
        "1..3",
        "  ---",
        "  ...",
        "    1..1",
        "Bail out!",
        "# Subtest: x",
        "error: |-",
      ),
      fc
        .tuple(fc.nat({ max: 300 }), fc.constantFrom("ok 1 - a", "not ok", "---", "...", "ok # skip"))
        .map(([indent, text]) => " ".repeat(indent) + text),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
        const { passed, failed, skipped, failures } = parse(lines.join("\n"));
        expect(Math.min(passed, failed, skipped)).toBeGreaterThanOrEqual(0);
        expect(failures.length).toBeLessThanOrEqual(failed);
      }),
    );
  });

  it("agrees with a model of flat streams", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("passed", "failed", "skipped"), { maxLength: 50 }), (outcomes) => {
        const lines = outcomes.map((outcome, i) =>
          outcome === "skipped" ? `ok ${i + 1} # SKIP` : `${outcome === "failed" ? "not " : ""}ok ${i + 1} - t${i}`,
        );
        const report = parse([...lines, `1..${outcomes.length}`].join("\n"));
        const count = (wanted: string): number => outcomes.filter((outcome) => outcome === wanted).length;
        expect([report.passed, report.failed, report.skipped]).toEqual(["passed", "failed", "skipped"].map(count));
        expect(report.incomplete).toBeUndefined();
      }),
    );
  });
});
