import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CoverageTable } from "./coverage-table.ts";
import { LcovParser, type LineCoverage } from "./lcov.ts";

function parse(text: string): LineCoverage | undefined {
  const parser = new LcovParser();
  for (const line of text.split("\n")) parser.push(line);
  return parser.end();
}

describe("LcovParser", () => {
  it("adds up the totals of all files", () => {
    const text = "TN:\nSF:a.ts\nDA:1,1\nDA:2,0\nLF:2\nLH:1\nend_of_record\nTN:\nSF:b.ts\nLF:8\nLH:8\nend_of_record\n";
    expect(parse(text)).toEqual({ found: 10, hit: 9 });
  });

  it("counts lines itself where a record has no totals, and takes a file that breaks off", () => {
    expect(parse("SF:a\nDA:1,3\nDA:2,0\nDA:3,1,hash\r\nSF:b\nDA:1,0")).toEqual({ found: 4, hit: 2 });
  });

  it("answers nothing for a file without lines", () => {
    expect(parse("TN:")).toBeUndefined();
    expect(parse("")).toBeUndefined();
  });

  it("never answers more hits than lines, whatever the file says", () => {
    const line = fc.oneof(
      fc.string(),
      fc.tuple(fc.constantFrom("LF:", "LH:", "DA:1,", "SF:"), fc.integer()).map(([key, value]) => `${key}${value}`),
      fc.constant("end_of_record"),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const coverage = parse(lines.join("\n"));
        if (coverage) expect(coverage.hit / coverage.found).toBeLessThanOrEqual(1);
        if (coverage) expect(coverage.hit).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe("CoverageTable", () => {
  it("finds the line percentage of the whole, in plain output too", () => {
    const table = new CoverageTable();
    expect(table.ratio).toBeUndefined();
    table.push("all files | 12.00 | 1 |");
    for (const line of ["start of coverage report", "all files | 62.50 | 50.00 |", "end of coverage report"])
      table.push(line);
    table.push("all files | 99.00 | 1 |");
    expect(table.ratio).toBe(0.625);
  });
});
