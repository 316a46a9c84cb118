// B3, reports: cap table, vesting, runway and scenarios as CSV, Markdown and JSON, against files kept beside this test.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parseDate } from "../../src/core/calendar.ts";
import { parseMoney } from "../../src/core/money.ts";
import {
  CapTable,
  capTableReport,
  compareScenarios,
  parseCsv,
  projectRunway,
  type ReportTable,
  replaceFile,
  runwayReport,
  scenarioReport,
  toCsv,
  toJson,
  toMarkdown,
  vestingReport,
} from "../../src/index.ts";
import { makeCompany } from "../support/company.ts";
import { report } from "../support/results.ts";

const company = makeCompany(51, 6);
const folder = process.env.REPORT_DIR ?? join(tmpdir(), `equity-reports-${process.pid}`);
const scenarios = [{ name: "stay" }, { name: "cut", costCutPpm: 500_000n }];
const reports: Readonly<Record<string, ReportTable>> = {
  "cap-table": capTableReport(company.table),
  vesting: vestingReport(company.employees, parseDate("2024-06-30"), parseMoney("3.75")),
  runway: runwayReport(projectRunway(company.model, 12)),
  scenarios: scenarioReport(compareScenarios(company.model, scenarios, 24)),
};
const forms = { csv: toCsv, md: toMarkdown, json: toJson } as const;

describe("every report in every form", () => {
  for (const [name, table] of Object.entries(reports)) {
    for (const [ending, form] of Object.entries(forms)) {
      it(`${name}.${ending} is as it was agreed`, async () => {
        const text = form(table);
        await mkdir(folder, { recursive: true });
        await replaceFile(join(folder, `${name}.${ending}`), Buffer.from(text));
        report({ type: "artifact", name: `${name}.${ending}`, path: join(folder, `${name}.${ending}`) });
        assert.equal(text, await readFile(join(import.meta.dirname, "expected", `${name}.${ending}.expected`), "utf8"));
      });
    }
  }
});

describe("CSV", () => {
  const table = (cell: string): ReportTable => ({
    title: "T",
    columns: [{ title: "Cell" }, { title: "Next" }],
    rows: [[cell, "n"]],
  });
  it("reads back commas, quotes and line breaks", () => {
    for (const cell of ['a "quoted", cell', "two\nlines", "", " spaced ", '"', "é|株"]) {
      assert.deepEqual(parseCsv(toCsv(table(cell))), [
        ["Cell", "Next"],
        [cell, "n"],
      ]);
    }
  });
  it("reads a last line without an end", () =>
    assert.deepEqual(parseCsv("a,b\n1,2"), [
      ["a", "b"],
      ["1", "2"],
    ]));
  it("takes the teeth out of formulas and leaves numbers alone", () => {
    const read = (cell: string): string | undefined => parseCsv(toCsv(table(cell)))[1]?.[0];
    assert.deepEqual(['=HYPERLINK("x")', "@SUM(A1)", "+1+cmd", "-2+3"].map(read), [
      `'=HYPERLINK("x")`,
      "'@SUM(A1)",
      "'+1+cmd",
      "'-2+3",
    ]);
    assert.deepEqual(["-12.50", "+3", "-1,000.00"].map(read), ["-12.50", "+3", "-1,000.00"]);
  });
});

describe("Markdown", () => {
  it("keeps pipes and line breaks inside their cell", () => {
    const text = toMarkdown({ title: "T", columns: [{ title: "A|B" }], rows: [["x|y\nz\\"]] });
    assert.match(text, /\| A\\\|B +\|/);
    assert.match(text, /\| x\\\|y z\\\\ \|/);
  });
});

describe("JSON", () => {
  it("does not depend on the order of keys", () => {
    assert.equal(toJson({ b: 1n, a: { d: undefined, c: [2n] } }), toJson({ a: { c: [2n] }, b: 1n }));
  });
  it("writes maps as objects and integers as text", () => {
    assert.equal(toJson(new Map([["a", 2n ** 64n]])), '{\n  "a": "18446744073709551616"\n}\n');
  });
});

describe("tables", () => {
  it("are refused with a row of the wrong length", () => {
    const wrong = { title: "T", columns: [{ title: "A" }], rows: [["1"]], totals: ["1", "2"] };
    for (const form of [toCsv, toMarkdown]) assert.throws(() => form(wrong), /row 2 of "T" has 2 cells for 1 columns/);
  });
  it("have percentages that add up to 100.00 %", () => {
    const thirds = new CapTable(["A", "B", "C"].map((holder) => ({ holder, class: "common", shares: 1n })));
    assert.deepEqual(
      capTableReport(thirds).rows.map((row) => row[3]),
      ["33.34 %", "33.33 %", "33.33 %"],
    );
  });
  it("of an empty company are empty", () => {
    const { rows, totals } = capTableReport(new CapTable());
    assert.deepEqual([rows, totals], [[], ["Total", "", "0", "0.00 %"]]);
  });
  it("say when the money lasts", () => {
    assert.equal(
      runwayReport(projectRunway({ ...company.model, costs: [], revenue: parseMoney("1000000") }, 6)).title,
      "Runway: at least 6 months",
    );
  });
  it("list a holder of two classes once", () => {
    const table = new CapTable().enlargePool(10n).grantFromPool("A", 10n).exercise("A", 4n);
    assert.deepEqual(capTableReport(table).rows, [["A", "common, option", "10", "100.00 %"]]);
  });
});
