import assert from "node:assert/strict";
import { inTab, type Stage } from "../stage.ts";

const DONE = 'completed {"one":1,"two":2}';

/** The same calls in a page and in a Web Worker, with a journal in IndexedDB and in memory. */
export async function team(stage: Stage): Promise<void> {
  const { checks } = stage;
  await checks.check("a team in a page, in memory", () =>
    inTab(stage, async (page) => assert.equal(await page.evaluate(() => window.lab.twoTasks(undefined)), DONE)),
  );
  await checks.check("a team in a page, in IndexedDB", () =>
    inTab(stage, async (page) => {
      assert.equal(await page.evaluate(() => window.lab.twoTasks("page")), DONE);
      assert.equal(await page.evaluate(() => window.lab.twoTasks("page")), DONE);
      const sessions = await page.evaluate(async () => {
        const opened = await window.lab.Polyphon.open("page");
        const found = await Promise.all(opened.sessions().map(async (session) => (await session.result).status));
        await opened.close();
        return found;
      });
      assert.deepEqual(sessions, ["completed", "completed"]);
    }),
  );
  await checks.check("a team in a Web Worker, in memory", () =>
    inTab(stage, async (page) => assert.equal(await page.evaluate(() => window.lab.inWorker(undefined)), DONE)),
  );
  await checks.check("a team in a Web Worker, in IndexedDB, on the journal a page made", () =>
    inTab(stage, async (page) => {
      assert.equal(await page.evaluate(() => window.lab.twoTasks("shared")), DONE);
      assert.equal(await page.evaluate(() => window.lab.inWorker("shared")), DONE);
    }),
  );
  await checks.check("a store says what it guarantees", () =>
    inTab(stage, async (page) => {
      const guarantees = await page.evaluate(() => window.lab.indexedDbStore("x").guarantees);
      assert.deepEqual(guarantees, { durability: "power-loss", ordering: "total", concurrentReaders: false });
    }),
  );
}
