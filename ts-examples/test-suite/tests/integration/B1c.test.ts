// B1c, parallel workflow: several companies, threads and processes at work on the same store at the same time.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, it } from "node:test";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { ModelStore, mapConcurrent, projectRunway, runwayReport, toCsv } from "../../src/index.ts";
import { makeCompany, SlowGrowth, wait } from "../support/company.ts";
import { inFolder } from "../support/folder.ts";

const run = promisify(execFile);
const support = (file: string): string => join(import.meta.dirname, "../support", file);
const forecast = (seed: number): string => toCsv(runwayReport(projectRunway(makeCompany(seed, 12).model, 24)));

describe("several at once", () => {
  it("give the results that one after the other gives", async () => {
    const seeds = Array.from({ length: 12 }, (_, at) => at + 1);
    const parallel = await mapConcurrent(seeds, async (seed) => forecast(seed), { concurrency: 5 });
    assert.deepEqual(parallel, seeds.map(forecast));
  });
  it("keep the order of their items, whoever is ready first", async () => {
    const waits = [30, 1, 20, 5, 10];
    const results = await mapConcurrent(waits, async (ms, signal) => {
      await wait(ms, signal);
      return ms;
    });
    assert.deepEqual(results, waits);
  });
  it("use every lane and no more", async () => {
    const source = new SlowGrowth(4);
    await mapConcurrent(Array.from({ length: 30 }), (_, signal) => source.growth("x", signal), { concurrency: 7 });
    assert.equal(source.widest, 7);
  });
  it("have nothing to do for no items", async () => {
    assert.deepEqual(await mapConcurrent([], () => assert.fail("there is no item")), []);
  });
  it("begin nothing new after a failure", async () => {
    const begun: number[] = [];
    const work = async (item: number, signal: AbortSignal): Promise<void> => {
      begun.push(item);
      if (item === 2) throw new Error("broken");
      await wait(5, signal);
    };
    await assert.rejects(mapConcurrent([1, 2, 3, 4, 5, 6], work, { concurrency: 2 }), /broken/);
    assert.deepEqual(begun, [1, 2]);
  });
});

describe("threads", () => {
  it("forecast different companies as the main thread does", async () => {
    const seeds = [31, 32, 33, 34];
    const results = await mapConcurrent(
      seeds,
      async (seed) => {
        const worker = new Worker(support("forecaster.ts"), { workerData: { seed, headcount: 12, months: 24 } });
        const [text] = (await once(worker, "message")) as [string];
        await worker.terminate();
        return text;
      },
      { concurrency: 2 },
    );
    assert.deepEqual(results, seeds.map(forecast));
  });
});

describe("writers of one store", () => {
  it("in one process lose no update", () =>
    inFolder(async (folder) => {
      const store = await ModelStore.open(folder);
      const items = Array.from({ length: 40 }, (_, at) => at);
      await mapConcurrent(items, (item) => store.update<number[]>("list", (list) => [...(list ?? []), item]), {
        concurrency: 8,
      });
      const { value, version } = await store.latest<number[]>("list");
      assert.equal(version, 40);
      assert.deepEqual(
        value.toSorted((a, b) => a - b),
        items,
      );
    }));
  it("in several processes lose no update", () =>
    inFolder(async (folder) => {
      await ModelStore.open(folder);
      await Promise.all(
        [1, 2, 3].map((number) => run(process.execPath, [support("adder.ts"), folder, String(number), "15"])),
      );
      const { value, version } = await (await ModelStore.open(folder)).latest<string[]>("shared");
      assert.equal(version, 45);
      assert.equal(new Set(value).size, 45);
    }));
  it("of different names do not disturb each other", () =>
    inFolder(async (folder) => {
      const store = await ModelStore.open(folder);
      const names = Array.from({ length: 10 }, (_, at) => `company-${at}`);
      await mapConcurrent(names, async (name) => {
        for (let version = 0; version < 5; version += 1) await store.save(name, { name, version }, version);
      });
      assert.deepEqual(await store.names(), names);
      for (const name of names) assert.deepEqual(await store.latest(name), { version: 5, value: { name, version: 4 } });
    }));
});
