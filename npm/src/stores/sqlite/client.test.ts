import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { expect, onTestFinished, test } from "vitest";
import { FrameChain } from "../../testing/frames.ts";
import { sqliteStore } from "./sqlite-store.ts";

test("a store whose thread died says so, and comes back by a reopen", async () => {
  const folder = mkdtempSync(join(tmpdir(), "polyphon-client-"));
  const workers: Worker[] = [];
  const started = (worker: Worker): unknown => workers.push(worker);
  process.on("worker", started);
  const store = sqliteStore(join(folder, "team.db"));
  onTestFinished(async () => {
    process.off("worker", started);
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const chain = new FrameChain({ epoch: (await store.open()).epoch });
  await store.append(await chain.next(), []);
  // A thread that was told to end takes no request more, but its death is not known yet.
  const dead = workers[0]?.terminate();
  await expect(store.append(chain.peek(), [])).rejects.toMatchObject({ code: "STORE_IO", retryable: true });
  await dead;
  await expect(store.append(chain.peek(), [])).rejects.toMatchObject({ code: "STORE_IO" });
  await expect(store.health()).rejects.toThrow("the thread of the store is gone");

  const opened = await store.reopen();
  expect(opened.epoch).toBe(2);
  expect(opened.lastSeq).toBe(1);
  expect(workers.length).toBe(2);
});
