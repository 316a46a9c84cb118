import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JunitParser } from "./junit.ts";
import { MAX_FAILURES, MAX_TEXT, type TestReport } from "./test-report.ts";

function parse(text: string, pieceLength = 65_536): TestReport {
  const parser = new JunitParser();
  for (let at = 0; at < text.length; at += pieceLength) parser.push(text.slice(at, at + pieceLength));
  return parser.end();
}

const FILE = `<?xml version="1.0" encoding="utf-8"?>
<testsuites tests="99">
  <testcase name="top" time="0.1"/>
  <testsuite name="models" tests="3" failures="99">
    <testcase name="adds" classname="models" file="tests/models.py" line="7"/>
    <testcase name="vests" classname="models" file="tests/models.py" line="152">
      <failure type="AssertionError" message="Expected 2083.33, got 2083.34">Traceback &lt;1&gt;
  second line</failure>
      <system-out>noise</system-out>
    </testcase>
    <testsuite name="inner">
      <testcase name="imports"><error><![CDATA[ModuleNotFoundError: No module named 'x']]></error></testcase>
      <testcase name="later"><skipped message="true"/></testcase>
    </testsuite>
  </testsuite>
</testsuites>`;

describe("JunitParser", () => {
  it.each([65_536, 1, 7])("counts cases and names failures, in pieces of %i", (pieceLength) => {
    const report = parse(FILE, pieceLength);
    expect(report).toEqual({
      passed: 2,
      failed: 2,
      skipped: 1,
      failures: [
        {
          name: "models > vests",
          message: "Expected 2083.33, got 2083.34",
          file: "tests/models.py",
          line: 152,
          evidence: expect.stringMatching(/AssertionError[\s\S]*Traceback <1>\n {2}second line/),
        },
        {
          name: "models > inner > imports",
          message: "ModuleNotFoundError: No module named 'x'",
          evidence: expect.stringContaining("ModuleNotFoundError"),
        },
      ],
    });
  });

  it("says where a file breaks off, is no test file or is no XML", () => {
    expect(parse(FILE.slice(0, 400)).incomplete).toContain("breaks off before its end");
    expect(parse("<html></html>").incomplete).toContain("there is no test suite in it");
    expect(parse("").incomplete).toContain("there is no test suite in it");
    expect(parse("<testsuite><testcase></testsuite>").incomplete).toContain("not whole");
    expect(parse("PK\u0003\u0004 garbage").incomplete).toContain("not whole");
  });

  it("keeps what stood before the damage", () => {
    expect(parse('<testsuite><testcase name="a"/><testcase name="b"/></oops>')).toMatchObject({ passed: 2 });
  });

  it("does not expand entities that a document defines", () => {
    const bomb = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><testsuite name="&b;"><testcase name="x"/></testsuite>`;
    expect(parse(bomb).incomplete).toContain("not whole");
  });

  it("stops at absurd nesting and at absurd numbers of attributes", () => {
    expect(parse("<testsuite>".repeat(100_000)).incomplete).toContain("nested more than 256 deep");
    const attributes = Array.from({ length: 2_000 }, (_, i) => `a${i}="1"`).join(" ");
    expect(parse(`<testsuite ${attributes}></testsuite>`).incomplete).toContain("more than 1000 attributes");
  });

  it("takes a message of any length and keeps a bounded part", () => {
    const long = "m".repeat(1_000_000);
    const report = parse(
      `<testsuite><testcase name="a"><failure message="${long}">${long}</failure></testcase></testsuite>`,
    );
    expect(report).toMatchObject({ failed: 1 });
    expect(report.incomplete).toBeUndefined();
    expect(report.failures[0]?.message?.length).toBe(MAX_TEXT);
  });

  it("names only the first failures and counts all", () => {
    const report = parse(`<testsuite>${'<testcase name="x"><failure/></testcase>'.repeat(1_000)}</testsuite>`);
    expect(report.failed).toBe(1_000);
    expect(report.failures).toHaveLength(MAX_FAILURES);
  });

  it("never throws, whatever the text is", () => {
    const shred = fc.constantFrom(
      "<testsuite",
      ">",
      "</",
      "<testcase name='",
      "'",
      "&",
      ";",
      "<![CDATA[",
      "]]>",
      "<!--",
      "<failure",
      "/>",
      "\0",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string({ unit: "binary" }), shred), { maxLength: 40 }), (parts) => {
        const { passed, failed, skipped } = parse(parts.join(""), 3);
        expect(passed + failed + skipped).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
