// B1a, synchronous workflow: a company from hiring to the board's reports, in one process without waiting for anything.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseDate } from "../../src/core/calendar.ts";
import { parseMoney } from "../../src/core/money.ts";
import {
  applyRound,
  capTableReport,
  compareScenarios,
  createEmployee,
  type Employee,
  employeeFromJson,
  employeeToJson,
  evaluateScenario,
  grantedShares,
  parseCsv,
  projectRunway,
  runwayReport,
  toCsv,
  toJson,
  vestedShares,
  vestingReport,
} from "../../src/index.ts";
import { makeCompany, makeScenarios } from "../support/company.ts";

const company = makeCompany(11, 40);
const on = parseDate("2024-06-30");

describe("a company's quarter", () => {
  it("has every granted option on its cap table", () => {
    for (const employee of company.employees) {
      assert.equal(company.table.sharesOf(employee.id), grantedShares(employee));
    }
  });
  it("raises a round that dilutes every earlier holder by the same part", () => {
    const { table } = applyRound(company.table, {
      name: "Series B",
      preMoney: parseMoney("40000000"),
      investments: [{ investor: "Fund", amount: parseMoney("10000000") }],
    });
    assert.equal(table.ownership("Fund"), 200_000n);
    for (const holder of ["Founder A", "Founder B"]) {
      const kept = (table.ownership(holder) * 1_000n) / company.table.ownership(holder);
      assert.ok(kept >= 799n && kept <= 801n, `${holder} kept ${kept} of 1000`);
    }
  });
  it("feeds the money of the round into the forecast", () => {
    const raise = { on: parseDate("2024-04-01"), amount: parseMoney("10000000") };
    const plain = evaluateScenario(company.model, { name: "plain" }, 24);
    const funded = evaluateScenario(company.model, { name: "funded", raise }, 24);
    assert.equal(funded.closing - plain.closing, raise.amount);
    assert.ok(funded.runway.fullMonths >= plain.runway.fullMonths);
  });
  it("pays less from the month after somebody leaves", () => {
    const { employees, model } = makeCompany(12, 5);
    const stays = [...employees].find((employee): employee is Employee => employee.left === undefined);
    assert.ok(stays);
    const before = projectRunway(model, 12);
    employees.terminate(stays.id, "2024-06-15");
    const after = projectRunway(model, 12);
    const payroll = (forecast: typeof before): bigint[] => forecast.months.map((month) => month.payroll);
    assert.deepEqual(payroll(after).slice(0, 6), payroll(before).slice(0, 6));
    assert.ok(
      payroll(after)
        .slice(6)
        .every((paid, at) => paid < (payroll(before)[at + 6] as bigint)),
    );
  });
  it("reports the vested shares that the calculators give", () => {
    const { rows, totals } = vestingReport(company.employees, on, parseMoney("3"));
    const vested = [...company.employees].reduce(
      (total, employee) =>
        total + employee.grants.reduce((sum, grant) => sum + vestedShares(grant, on, employee.left), 0n),
      0n,
    );
    assert.equal(rows.length, 40);
    assert.equal(totals?.[2], vested.toString());
  });
  it("prints a cap table that adds up when read back", () => {
    const [header, ...rows] = parseCsv(toCsv(capTableReport(company.table)));
    assert.deepEqual(header, ["Holder", "Class", "Shares", "Fully diluted"]);
    const totals = rows.pop();
    assert.equal(rows.reduce((total, row) => total + BigInt(row[2] as string), 0n).toString(), totals?.[2]);
  });
  it("gives the same reports for the same company, byte for byte", () => {
    const again = makeCompany(11, 40);
    assert.equal(toJson(capTableReport(again.table)), toJson(capTableReport(company.table)));
    assert.equal(
      toJson(runwayReport(projectRunway(again.model, 36))),
      toJson(runwayReport(projectRunway(company.model, 36))),
    );
  });
  it("survives a trip through JSON with equal results", () => {
    const copies = [...company.employees].map((employee) =>
      employeeFromJson(JSON.parse(JSON.stringify(employeeToJson(employee)))),
    );
    assert.deepEqual(vestingReport(copies, on, parseMoney("3")), vestingReport(company.employees, on, parseMoney("3")));
  });
  it("ranks the same scenarios in the same order, in whatever order they are asked", () => {
    const scenarios = makeScenarios(12);
    const names = (list: typeof scenarios): string[] =>
      compareScenarios(company.model, list, 36).map(({ name }) => name);
    assert.deepEqual(names(scenarios), names(scenarios.toReversed()));
  });
  it("hires within the pool and no further", () => {
    const hire = createEmployee({
      id: "new",
      name: "New",
      department: "Sales",
      hired: "2024-07-01",
      salary: parseMoney("90000"),
    });
    const table = company.table.grantFromPool(hire.id, company.table.pool);
    assert.equal(table.pool, 0n);
    assert.equal(table.fullyDiluted, company.table.fullyDiluted);
  });
});
