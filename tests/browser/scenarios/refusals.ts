import assert from "node:assert/strict";
import { inTab, openTab, type Stage } from "../stage.ts";

/** What a browser may lack, take away or run out of. */
export async function refusals(stage: Stage): Promise<void> {
  const { checks } = stage;
  await checks.check("outside of a secure context a journal is refused, and memory works", async () => {
    const page = await openTab(stage, "plain.test");
    const outcome = await page.evaluate(() =>
      window.lab.Polyphon.open("x").then(
        () => "open",
        (error: { code: string }) => error.code,
      ),
    );
    assert.equal(outcome, "STORE_UNSUPPORTED");
    assert.equal(await page.evaluate(() => window.lab.twoTasks(undefined)), 'completed {"one":1,"two":2}');
    await page.close();
  });
  await checks.check("a full quota is told, loses nothing, and work goes on when there is room", async () => {
    const page = await openTab(stage, "localhost");
    const devtools = await page.context().newCDPSession(page);
    const origin = `http://localhost:${stage.port}`;
    // Before the first write: the browser remembers for a while how much room there was.
    await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1_000_000 });
    await page.evaluate(async () => {
      const store = window.lab.indexedDbStore("quota");
      const team = await window.lab.Polyphon.open({ store });
      team.agent("worker", (task) => String(task.input).length);
      await team.orchestrate({ tasks: [{ key: "a", input: "small" }] }).result;
      Object.assign(window, { team });
    });
    const grow = (): Promise<string> =>
      page.evaluate(() => {
        const { team } = window as unknown as { team: Awaited<ReturnType<Window["lab"]["Polyphon"]["open"]>> };
        // Nothing the browser could compress.
        const parts = Array.from({ length: 100 }, () => crypto.getRandomValues(new Uint8Array(30_000)).join(""));
        const { result } = team.orchestrate({ tasks: [{ key: "b", input: parts.join("") }] });
        return result.then(
          ({ status }) => status,
          (error: { code: string }) => error.code,
        );
      });
    assert.equal(await grow(), "STORE_FULL");
    await devtools.send("Storage.overrideQuotaForOrigin", { origin });
    assert.equal(await grow(), "completed");
    await page.close();
  });
  await checks.check("a journal that is deleted while it is open is noticed", () =>
    inTab(stage, async (page) => {
      const outcome = await page.evaluate(async () => {
        const team = await window.lab.Polyphon.open("deleted");
        await new Promise((resolve, reject) => {
          const request = indexedDB.deleteDatabase("polyphon:deleted");
          request.onsuccess = resolve;
          request.onerror = reject;
        });
        return team.orchestrate({ tasks: [{ key: "a" }] }).ready.then(
          () => "accepted",
          (error: { code: string }) => error.code,
        );
      });
      assert.equal(outcome, "STORE_NOT_FOUND");
    }),
  );
  await checks.check("a journal of a newer version is refused and left alone", () =>
    inTab(stage, async (page) => {
      const outcome = await page.evaluate(async () => {
        await new Promise<void>((resolve, reject) => {
          const request = indexedDB.open("polyphon:newer", 1_000);
          request.onsuccess = () => {
            request.result.close();
            resolve();
          };
          request.onerror = () => reject(request.error);
        });
        return window.lab.Polyphon.open("newer").then(
          () => "open",
          (error: { code: string }) => error.code,
        );
      });
      assert.equal(outcome, "STORE_FORMAT_NEWER");
    }),
  );
}
