// B2, scenario management: a catalog of scenarios with versions, copies and differences, and what they do to the forecast.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseDate } from "../../src/core/calendar.ts";
import { parseMoney } from "../../src/core/money.ts";
import {
  compareScenarios,
  evaluateScenario,
  ModelStore,
  type Scenario,
  ScenarioCatalog,
  scenarioReport,
} from "../../src/index.ts";
import { rejection, rejects } from "../support/assert.ts";
import { makeCompany } from "../support/company.ts";
import { inFolder } from "../support/folder.ts";

const company = makeCompany(41, 30);
const full: Scenario = {
  name: "bridge",
  hires: [{ id: "cfo", name: "Chief", department: "Finance", hired: "2024-05-01", salary: parseMoney("180000.50") }],
  growthPpm: -5_000n,
  costCutPpm: 100_000n,
  raise: { on: parseDate("2024-08-01"), amount: parseMoney("9007199254740993") },
  hiringFreezeMonths: 2,
};

const inCatalog = (work: (catalog: ScenarioCatalog, folder: string) => Promise<unknown>) => (): Promise<void> =>
  inFolder(async (folder) => {
    await work(new ScenarioCatalog(await ModelStore.open(folder)), folder);
  });

describe("the catalog", () => {
  it(
    "gives back every field of a scenario, with the same effect",
    inCatalog(async (catalog) => {
      await catalog.put(full, 0);
      const again = await catalog.get("bridge");
      assert.deepEqual({ ...again, hires: [] }, { ...full, hires: [] });
      assert.deepEqual(evaluateScenario(company.model, again, 36), evaluateScenario(company.model, full, 36));
    }),
  );
  it(
    "gives back a scenario of nothing but a name",
    inCatalog(async (catalog) => {
      await catalog.put({ name: "plain" }, 0);
      assert.deepEqual(await catalog.get("plain"), { name: "plain" });
    }),
  );
  it(
    "keeps every version and tells what changed",
    inCatalog(async (catalog) => {
      await catalog.put({ name: "cut", costCutPpm: 100_000n }, 0);
      await catalog.put({ name: "cut", costCutPpm: 200_000n, growthPpm: 0n }, 1);
      assert.deepEqual(await catalog.diff("cut", 1, 2), ["costCutPpm", "growthPpm"]);
      assert.deepEqual(await catalog.diff("cut", 2, 2), []);
      assert.equal((await catalog.get("cut", 1)).costCutPpm, 100_000n);
      assert.equal((await catalog.get("cut")).costCutPpm, 200_000n);
    }),
  );
  it(
    "refuses a change made from an old version",
    inCatalog(async (catalog) => {
      await catalog.put({ name: "cut" }, 0);
      await rejects("STORE_CONFLICT", catalog.put({ name: "cut", growthPpm: 1n }, 0));
    }),
  );
  it(
    "makes copies that change on their own",
    inCatalog(async (catalog) => {
      await catalog.put(full, 0);
      const copy = await catalog.fork("bridge", "bridge-small");
      await catalog.put({ ...copy, costCutPpm: 0n }, 1);
      assert.equal((await catalog.get("bridge")).costCutPpm, 100_000n);
      assert.deepEqual(await catalog.names(), ["bridge", "bridge-small"]);
      await rejects("STORE_CONFLICT", catalog.fork("bridge", "bridge-small"));
    }),
  );
  it(
    "selects several and names all that are missing",
    inCatalog(async (catalog) => {
      await catalog.put({ name: "a" }, 0);
      await catalog.put({ name: "b" }, 0);
      assert.deepEqual(
        (await catalog.select(["b", "a"])).map(({ name }) => name),
        ["b", "a"],
      );
      const error = await rejection("SCENARIO_INVALID", catalog.select(["a", "c", "d"]));
      assert.deepEqual(error.details.missing, ["c", "d"]);
    }),
  );
  it(
    "is the same for whoever opens it next",
    inCatalog(async (catalog, folder) => {
      await catalog.put(full, 0);
      const next = new ScenarioCatalog(await ModelStore.open(folder));
      assert.deepEqual(await next.get("bridge"), await catalog.get("bridge"));
    }),
  );
  it(
    "refuses names that are no file names",
    inCatalog((catalog) => rejects("STORE_NAME", catalog.put({ name: "Plan B" }, 0))),
  );
});

describe("what scenarios do", () => {
  const closing = (scenario: Omit<Scenario, "name">): bigint =>
    evaluateScenario(company.model, { name: "x", ...scenario }, 24).closing;
  it("nothing, when they say nothing", () => {
    assert.equal(
      closing({}),
      closing({ costCutPpm: 0n, hires: [], hiringFreezeMonths: 3, growthPpm: company.model.growthPpm }),
    );
  });
  it("more cash with a deeper cut, in proportion", () => {
    const saved = [0n, 250_000n, 500_000n, 1_000_000n].map((costCutPpm) => closing({ costCutPpm }) - closing({}));
    assert.deepEqual(saved, [0n, (saved[3] as bigint) / 4n, (saved[3] as bigint) / 2n, saved[3]]);
  });
  it("more cash with more growth", () => {
    const results = [-50_000n, 0n, 50_000n].map((growthPpm) => closing({ growthPpm }));
    assert.ok((results[0] as bigint) < (results[1] as bigint) && (results[1] as bigint) < (results[2] as bigint));
  });
  it("less cash with a hire, and less saved the shorter the freeze", () => {
    const hires = full.hires ?? [];
    const results = [0, 6, 12].map((hiringFreezeMonths) => closing({ hires, hiringFreezeMonths }));
    assert.ok((results[0] as bigint) < (results[1] as bigint) && (results[1] as bigint) < (results[2] as bigint));
    assert.ok((results[2] as bigint) < closing({}));
  });
  it("stand in the report from the longest to the shortest runway", () => {
    const results = compareScenarios(
      { ...company.model, cash: parseMoney("800000") },
      [{ name: "stay" }, { name: "cut", costCutPpm: 900_000n }, { name: "grow", growthPpm: 60_000n }],
      36,
    );
    const months = scenarioReport(results).rows.map((row) => Number.parseInt(row[1] as string, 10));
    assert.deepEqual(
      months,
      months.toSorted((a, b) => b - a),
    );
  });
});
