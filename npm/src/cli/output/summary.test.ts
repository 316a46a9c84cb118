import { expect, it } from "vitest";
import { buildReport } from "../../report/index.ts";
import { aCriterion, aSession, aTask, aTry } from "../../report/testing/fixtures.ts";
import { suiteSession } from "../../report/testing/suite.ts";
import { stringWidth } from "./cells.ts";
import { styleFor } from "./style.ts";
import { summary } from "./summary.ts";
import { formatTable } from "./table.ts";

const plain = styleFor({ isTTY: false }, {});
const lines = (width?: number): string[] => summary(buildReport(suiteSession()), plain, width).split("\n");

it.each([64, 80, 100, 130])("a summary on %i columns breaks no line of its table, and loses no criterion", (width) => {
  const wide = lines();
  const narrow = lines(width);
  const table = narrow.slice(0, narrow.indexOf(""));
  for (const line of table) expect(stringWidth(line)).toBeLessThanOrEqual(width);
  const criteria = /(?:pass rate|coverage|speedup min|memory efficiency) [\d.]+(?: %|×)/g;
  expect(table.join("\n").match(criteria)).toEqual(wide.join("\n").match(criteria));
});

it("a summary without end of line has each task on one", () => {
  expect(lines().find((line) => line.includes("A1"))).toMatch(/pass rate [\d.]+ %, coverage [\d.]+ %$/);
});

it("criteria go below their task where there is no room beside it", () => {
  const criteria = [aCriterion("coverage", 0.9, 0.95), aCriterion("pass_rate", 0.9, 0.2)];
  const view = aSession([aTask("A", { criteria, history: [aTry(1, 0, 10)] })]);
  const text = summary(buildReport(view), plain, 60);
  expect(text).toMatch(/^✓ {2}A .*agent_\d+\n {6}coverage 95 %, pass rate 20 %/m);
  expect(text).not.toContain("CRITERIA");
});

it("a table cuts the columns that may be cut, the widest first, until it fits", () => {
  const columns = [{ head: "ID" }, { head: "NAME", max: 30 }, { head: "TEXT", max: 40 }];
  const rows = [["id_of_sixteen_ch", "n".repeat(20), "t".repeat(40)]];
  expect(formatTable(columns, rows).split("\n")[1]).toHaveLength(80);
  expect(formatTable(columns, rows, 60).split("\n")[1]).toBe(`id_of_sixteen_ch  ${"n".repeat(20)}  ${"t".repeat(19)}…`);
  expect(formatTable(columns, rows, 20).split("\n")[1]).toBe("id_of_sixteen_ch  nnnnnnn…  ttttttt…");
});

it("says beside a task why it does not run yet", () => {
  const waits = { status: "ready", ended: null, reason: "every agent that could take it is at work" } as const;
  const criteria = [aCriterion("coverage", 0.9, 0.95)];
  const text = summary(buildReport(aSession([aTask("A", { criteria }), aTask("B", waits)])), plain);
  expect(text).toMatch(/CRITERIA, OR WHY IT WAITS$/m);
  expect(text).toMatch(/ B .*every agent that could take it is at work$/m);
  expect(summary(buildReport(aSession([aTask("A", { criteria })])), plain)).toMatch(/CRITERIA$/m);
});

it("says nothing of criteria before a task has ended, and that one was not measured after", () => {
  const criteria = [aCriterion("coverage", 0.9, null)];
  const text = (over: Partial<Parameters<typeof aTask>[1]>): string =>
    summary(buildReport(aSession([aTask("A", { criteria, ...over })])), plain);
  expect(text({ status: "pending", ended: null })).not.toContain("coverage");
  expect(text({ status: "failed" })).toContain("coverage not measured");
});
