import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sqliteStore } from "../../stores/sqlite/sqlite-store.ts";
import { openViewsReader } from "../../stores/views/views.ts";
import { Team } from "../../team/team.ts";
import { loadKernel } from "../../wasm/node.ts";
import type { Following } from "../following.ts";
import { follow } from "./thread.ts";

const module = loadKernel();
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "polyphon-follower-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function openFollowed(file: string, troubles: Error[]): Promise<{ team: Team; following: Following }> {
  let following: Following | undefined;
  const team = await Team.open(
    {
      loadModule: () => module,
      directory: async () => folder,
      follow: ({ store, opened, troubled }) => {
        const task = { file, module, journalId: opened.journalId, lastSeq: opened.lastSeq, snapshotEvents: 300 };
        following = follow(task, store, { troubled });
        return following;
      },
    },
    { module, store: sqliteStore(file), onError: (error) => troubles.push(error) },
  );
  return { team, following: following as Following };
}

test("a follower agrees with every state hash, keeps snapshots and feeds the views", async () => {
  const file = join(folder, "team.db");
  const troubles: Error[] = [];
  const { team, following } = await openFollowed(file, troubles);
  team.agent("worker", (task) => task.key);
  const sessions = Array.from({ length: 300 }, (_, index) =>
    team.orchestrate({ name: `s${index}`, tasks: [{ key: "a" }] }),
  );
  await Promise.all(sessions.map((session) => session.result));
  const { lastSeq } = await team.health();
  await following.caughtUp(lastSeq);
  expect((await team.health()).snapshotSeq).toBeGreaterThan(300);
  await team.close();

  const views = await openViewsReader(file);
  const { rows } = await views.query("sessions", { limit: 1_000 });
  expect(rows).toHaveLength(300);
  expect(rows.every((row) => row.status === "completed" && row.view.includes('"tasks"'))).toBe(true);
  expect(await views.watermark()).toBe(lastSeq);
  await views.close();

  const again = await openFollowed(file, troubles);
  again.team.agent("worker", (task) => task.key);
  expect((await again.team.orchestrate({ tasks: [{ key: "b" }] }).result).status).toBe("completed");
  await again.team.close();
  expect(troubles).toEqual([]);
});
