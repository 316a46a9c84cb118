// B1b, asynchronous workflow: the same company with figures that take their time, storage in between, and a user who changes their mind.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import {
  Directory,
  type EmployeeJson,
  employeeFromJson,
  employeeToJson,
  projectRunway,
  replaceFile,
  runwayReport,
  toMarkdown,
} from "../../src/index.ts";
import { compareScenariosWith, type GrowthSource } from "../../src/runway/scenarios.ts";
import { ModelStore } from "../../src/storage/model-store.ts";
import { makeCompany, makeScenarios, SlowGrowth, wait } from "../support/company.ts";
import { inFolder } from "../support/folder.ts";

const company = makeCompany(21, 25);

describe("figures from a slow source", () => {
  it("give the results that the same figures give at once", async () => {
    const scenarios = makeScenarios(9);
    const slow = await compareScenariosWith(company.model, scenarios, 24, new SlowGrowth(5));
    const known = scenarios.map((scenario) => ({ ...scenario, growthPpm: BigInt(scenario.name.length) * 1_000n }));
    const { compareScenarios } = await import("../../src/runway/scenarios.ts");
    assert.deepEqual(slow, compareScenarios(company.model, known, 24));
  });
  it("are asked for with as many questions open as allowed, and no more", async () => {
    const source = new SlowGrowth(5);
    await compareScenariosWith(company.model, makeScenarios(20), 12, source, { concurrency: 6 });
    assert.equal(source.widest, 6);
    assert.equal(source.open, 0);
  });
  it("end the whole comparison when one fails, leaving no question open", async () => {
    const slow = new SlowGrowth(60_000);
    const source: GrowthSource = {
      growth: (name, signal) =>
        name === "scenario-2" ? Promise.reject(new Error("no figures")) : slow.growth(name, signal),
    };
    await assert.rejects(compareScenariosWith(company.model, makeScenarios(8), 12, source), /no figures/);
    assert.equal(slow.open, 0);
  });
  it("are given up at once when the user cancels", async () => {
    const source = new SlowGrowth(60_000);
    const user = new AbortController();
    const running = compareScenariosWith(company.model, makeScenarios(8), 12, source, { signal: user.signal });
    assert.equal(source.open, 4);
    user.abort(new Error("changed my mind"));
    await assert.rejects(running, /changed my mind/);
    assert.equal(source.open, 0);
  });
  it("are not even asked for by a cancelled user", async () => {
    const source = new SlowGrowth(1);
    await assert.rejects(
      compareScenariosWith(company.model, makeScenarios(3), 12, source, { signal: AbortSignal.abort() }),
    );
    assert.equal(source.widest, 0);
  });
  it("refuse a concurrency of nothing", async () => {
    await assert.rejects(
      compareScenariosWith(company.model, makeScenarios(2), 12, new SlowGrowth(1), { concurrency: 0 }),
      RangeError,
    );
  });
});

describe("a workflow over the disk", () => {
  it("goes on with what an earlier run stored", () =>
    inFolder(async (folder) => {
      const first = await ModelStore.open(folder);
      await first.save("employees", [...company.employees].map(employeeToJson), 0);
      const second = await ModelStore.open(folder);
      const { value } = await second.latest<EmployeeJson[]>("employees");
      const employees = new Directory(value.map(employeeFromJson));
      assert.deepEqual(projectRunway({ ...company.model, employees }, 24), projectRunway(company.model, 24));
    }));
  it("stores each step while the next one is being computed", () =>
    inFolder(async (folder) => {
      const store = await ModelStore.open(folder);
      const pending: Promise<unknown>[] = [];
      for (const scenario of makeScenarios(10)) {
        const text = toMarkdown(runwayReport(projectRunway({ ...company.model, ...scenario }, 12)));
        pending.push(
          store.save(scenario.name, text, 0),
          replaceFile(join(folder, `${scenario.name}.md`), Buffer.from(text)),
        );
      }
      await Promise.all(pending);
      assert.equal((await store.names()).length, 10);
      assert.equal(await readFile(join(folder, "scenario-3.md"), "utf8"), (await store.latest("scenario-3")).value);
    }));
  it("keeps a version per change of the team", () =>
    inFolder(async (folder) => {
      const store = await ModelStore.open(folder);
      for (const employee of [...company.employees].slice(0, 12)) {
        await store.update<string[]>("team", (ids) => [...(ids ?? []), employee.id]);
      }
      assert.equal((await store.load<string[]>("team", 5)).length, 5);
      assert.equal((await store.latest<string[]>("team")).value.length, 12);
    }));
  it("waits no longer than it is told to", async () => {
    const began = performance.now();
    await assert.rejects(wait(60_000, AbortSignal.timeout(20)), { name: "TimeoutError" });
    assert.ok(performance.now() - began < 10_000);
  });
});
