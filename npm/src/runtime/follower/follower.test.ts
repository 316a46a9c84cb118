import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sqliteStore } from "../../stores/sqlite/sqlite-store.ts";
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
      follow: ({ store, snapshotSeq, retention, troubled }) => {
        following = follow({ file, module, snapshotEvents: 300, retention }, snapshotSeq, store, { troubled });
        return following;
      },
    },
    { module, store: sqliteStore(file), onError: (error) => troubles.push(error) },
  );
  return { team, following: following as Following };
}

test("a follower agrees with every state hash, and keeps snapshots", async () => {
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

  const again = await openFollowed(file, troubles);
  again.team.agent("worker", (task) => task.key);
  expect((await again.team.orchestrate({ tasks: [{ key: "b" }] }).result).status).toBe("completed");
  await again.team.close();
  expect(troubles).toEqual([]);
});
