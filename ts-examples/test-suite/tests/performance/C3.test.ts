// C3, memory: what stays after the work, and how much of the peak was live data. Reports memory_efficiency
// (live heap after collection over peak resident memory) and memory (MB). Needs node --expose-gc.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseDate } from "../../src/core/calendar.ts";
import { parseMoney } from "../../src/core/money.ts";
import { capTableReport, projectRunway, Simulation, toCsv, toJson, vestingReport } from "../../src/index.ts";
import { makeCompany } from "../support/company.ts";
import { liveHeapBytes, peakRssBytes } from "../support/measure.ts";
import { metric } from "../support/results.ts";

const MIB = 1_048_576;
/** 150,000 futures of 50 years: 90 million balances, about 690 MiB of live data. */
const RUNS = 150_000;
const MONTHS = 600;

/** Growth of the live heap over `rounds` repetitions, after some to warm up. */
function growth(rounds: number, work: () => unknown): number {
  for (let round = 0; round < rounds; round += 1) work();
  const before = liveHeapBytes();
  for (let round = 0; round < rounds; round += 1) work();
  return liveHeapBytes() - before;
}

describe("a simulation that holds every future", () => {
  const before = liveHeapBytes();
  let simulation: Simulation | undefined;
  it("takes eight bytes a balance", () => {
    simulation = new Simulation(projectRunway(makeCompany(83, 20).model, MONTHS), {
      runs: RUNS,
      deviation: 0.2,
      seed: 83,
    });
    const bytes = (liveHeapBytes() - before) / (RUNS * MONTHS);
    metric("bytes_per_balance", bytes);
    assert.ok(bytes > 7.9 && bytes < 8.5, `${bytes.toFixed(2)} bytes`);
  });
  it("has little in memory that is not data", () => {
    assert.ok(simulation);
    const live = liveHeapBytes();
    const peak = peakRssBytes();
    metric("memory_efficiency", live / peak);
    metric("memory", peak / MIB);
    assert.ok(live < peak);
    assert.equal(simulation.months, MONTHS);
  });
  it("answers questions without copying itself", () => {
    assert.ok(simulation);
    const live = liveHeapBytes();
    const outlooks = [11, 23, 35, 47, 59].map((at) => (simulation as Simulation).outlook(at));
    assert.ok(liveHeapBytes() - live < MIB);
    assert.ok(outlooks.every(({ p10, p50, p90 }) => p10 <= p50 && p50 <= p90));
  });
  it("is gone once nobody holds it", () => {
    simulation = undefined;
    assert.ok(liveHeapBytes() - before < 4 * MIB);
  });
});

describe("work that is done", () => {
  const company = makeCompany(81, 300);
  it("leaves nothing of its forecasts behind", () => {
    assert.ok(growth(20, () => projectRunway(company.model, 60)) < MIB);
  });
  it("leaves nothing of its reports behind", () => {
    const reports = (): unknown => [
      toCsv(capTableReport(company.table)),
      toJson(vestingReport(company.employees, parseDate("2024-06-30"), parseMoney("3"))),
    ];
    assert.ok(growth(20, reports) < MIB);
  });
  it("leaves nothing of its companies behind", () => {
    assert.ok(growth(8, () => makeCompany(82, 200)) < MIB);
  });
});
