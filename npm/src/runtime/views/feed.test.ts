import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Polyphon } from "../../node.ts";
import { viewsFile } from "../../stores/views/views.ts";
import { loadKernel } from "../../wasm/node.ts";
import { openCurrentViews } from "./feed.ts";

const module = loadKernel();
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "polyphon-views-"));
  file = join(folder, "team.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function work(sessions: number): Promise<void> {
  await using team = await Polyphon.open(file);
  let failed = false;
  team.agent("worker", (task) => {
    if (task.key === "b" && !failed) {
      failed = true;
      throw Object.assign(new Error("no route"), { errorType: "network_error" });
    }
    return task.key;
  });
  const tasks = [{ key: "a" }, { key: "b", after: ["a"] }];
  await Promise.all(
    Array.from({ length: sessions }, () => team.orchestrate({ tasks, recovery: { retryDelayMs: 0 } }).result),
  );
}

test("views are made when somebody asks, and go on from where they were", async () => {
  await work(150);
  const first = await openCurrentViews(file, module);
  const sessions = await first.query("sessions", { limit: 1_000 });
  expect(sessions.rows).toHaveLength(150);
  expect(sessions.rows.every((row) => row.status === "completed" && row.view.includes('"tasks"'))).toBe(true);
  const failures = await first.query("attempts", { where: { outcome: "failed" } });
  expect(failures.rows).toMatchObject([{ task: "b", number: 1, agent: "worker" }]);
  const watermark = await first.watermark();
  await first.close();

  await work(5);
  const second = await openCurrentViews(file, module);
  expect((await second.query("sessions", { limit: 1_000 })).rows).toHaveLength(155);
  expect(await second.watermark()).toBeGreaterThan(watermark);
  expect((await second.query("events", { fromSeq: watermark + 1 })).rows[0]?.seq).toBe(watermark + 1);
  await second.close();
});

test("views that were damaged are made anew", async () => {
  await work(3);
  await (await openCurrentViews(file, module)).close();
  const db = new DatabaseSync(viewsFile(file));
  db.exec("DROP TABLE tasks");
  db.exec("PRAGMA user_version = 99");
  db.close();
  const again = await openCurrentViews(file, module);
  expect((await again.query("tasks")).rows).toHaveLength(6);
  await again.close();
});
