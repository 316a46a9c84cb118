// C1, scale: a company of 25,000 people. Reports execution_time (s), memory (MB) and throughput.
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { parseDate } from "../../src/core/calendar.ts";
import { parseMoney } from "../../src/core/money.ts";
import {
  applyRound,
  capTableReport,
  employeeFromJson,
  employeeToJson,
  projectRunway,
  toCsv,
  vestingEvents,
  vestingReport,
} from "../../src/index.ts";
import { makeCompany } from "../support/company.ts";
import { peakRssBytes, processorTime, timed } from "../support/measure.ts";
import { metric } from "../support/results.ts";

const PEOPLE = 25_000;
const began = performance.now();

after(() => {
  metric("execution_time", (performance.now() - began) / 1_000);
  metric("memory", peakRssBytes() / 1_048_576);
});

describe("a company of 25,000", () => {
  const company = makeCompany(61, PEOPLE);
  it("forecasts ten years, person by person", async () => {
    const months = 120;
    const ms = await timed(() => assert.equal(projectRunway(company.model, months).months.length, months));
    metric("payrolls_per_second", (PEOPLE * months * 1_000) / ms);
  });
  it("lists every day on which something vests", async () => {
    let events = 0;
    const ms = await timed(() => {
      for (const { grants } of company.employees) for (const grant of grants) events += vestingEvents(grant).length;
    });
    assert.ok(events > PEOPLE * 12);
    metric("vesting_events_per_second", (events * 1_000) / ms);
  });
  it("reports everyone's vesting as CSV", () => {
    const report = vestingReport(company.employees, parseDate("2024-06-30"), parseMoney("3"));
    assert.equal(toCsv(report).split("\r\n").length, PEOPLE + 3);
  });
  it("raises a round over a table of 25,000 holders", () => {
    const { table } = applyRound(company.table, {
      name: "Series D",
      preMoney: parseMoney("900000000"),
      investments: [{ investor: "Fund", amount: parseMoney("100000000") }],
      poolTargetPpm: 120_000n,
    });
    assert.equal(capTableReport(table).rows.length, PEOPLE + 4);
    assert.equal(table.ownership("Fund"), 100_000n);
  });
  it("goes to JSON and back", () => {
    const text = JSON.stringify([...company.employees].map(employeeToJson));
    const back = (JSON.parse(text) as ReturnType<typeof employeeToJson>[]).map(employeeFromJson);
    assert.deepEqual(back.at(-1), [...company.employees].at(-1));
  });
});

describe("eight times the people", () => {
  // Linear work takes 8 times as long and quadratic work 64 times; 40 leaves room for caches and collections.
  const small = makeCompany(62, 3_000);
  const large = makeCompany(62, 24_000);
  const cases: Readonly<Record<string, (company: typeof small) => unknown>> = {
    forecast: ({ model }) => projectRunway(model, 12),
    "cap table": ({ table }) => capTableReport(table),
    "vesting report": ({ employees }) => vestingReport(employees, parseDate("2024-06-30"), parseMoney("3")),
  };
  for (const [name, work] of Object.entries(cases)) {
    it(`take the ${name} less than 40 times as long`, () => {
      const ratio = processorTime(3, () => work(large)) / processorTime(6, () => work(small));
      metric(`growth_${name.replace(" ", "_")}`, ratio);
      assert.ok(ratio < 40, `took ${ratio.toFixed(1)} times as long`);
    });
  }
});
