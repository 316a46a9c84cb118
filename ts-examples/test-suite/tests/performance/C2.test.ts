// C2, parallel execution: how much time overlapping waits save. Reports speedup (one lane's time over eight lanes' time).
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compareScenariosWith, type ScenarioResult } from "../../src/index.ts";
import { makeCompany, makeScenarios, SlowGrowth } from "../support/company.ts";
import { timed } from "../support/measure.ts";
import { metric } from "../support/results.ts";

const { model } = makeCompany(71, 10);
const scenarios = makeScenarios(40);
const WAIT_MS = 50;

interface Run {
  readonly ms: number;
  readonly results: ScenarioResult[];
}

async function withLanes(concurrency: number): Promise<Run> {
  let results: ScenarioResult[] = [];
  const ms = await timed(async () => {
    results = await compareScenariosWith(model, scenarios, 24, new SlowGrowth(WAIT_MS), { concurrency });
  });
  return { ms, results };
}

describe("40 questions to a slow service", () => {
  const runs = new Map<number, Run>();
  for (const lanes of [1, 2, 4, 8]) {
    it(`with ${lanes} at once take no longer than their waits and work`, async () => {
      const run = await withLanes(lanes);
      runs.set(lanes, run);
      const waits = (scenarios.length / lanes) * WAIT_MS;
      assert.ok(run.ms >= waits * 0.95, `${run.ms} ms cannot be: the waits alone are ${waits} ms`);
      assert.deepEqual(run.results, runs.get(1)?.results);
    });
  }
  it("are answered sooner the more are asked at once", () => {
    const time = (lanes: number): number => (runs.get(lanes) as Run).ms;
    metric("speedup", time(1) / time(8));
    metric("speedup_2_lanes", time(1) / time(2));
    metric("speedup_4_lanes", time(1) / time(4));
    assert.ok(time(8) < time(1));
  });
});
