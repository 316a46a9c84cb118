import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openReader } from "../../stores/sqlite/sqlite-reader.ts";
import { sqliteStore } from "../../stores/sqlite/sqlite-store.ts";
import { Team } from "../../team/team.ts";
import { loadKernel } from "../../wasm/node.ts";
import type { Following } from "../following.ts";
import { Follower } from "./follower.ts";
import { type FollowOptions, follow } from "./thread.ts";

const module = loadKernel();
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "polyphon-follower-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function openFollowed(
  file: string,
  troubles: Error[],
  snapshotEvents = 300,
  options: Partial<FollowOptions> = {},
): Promise<{ team: Team; following: Following }> {
  let following: Following | undefined;
  const team = await Team.open(
    {
      loadModule: () => module,
      directory: async () => folder,
      follow: ({ store, snapshotSeq, retention, troubled }) => {
        following = follow({ file, module, snapshotEvents, retention }, snapshotSeq, store, { troubled, ...options });
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
}, 30_000);

test("a follower leaves with a snapshot when nothing more comes, and another one goes on from there", async () => {
  const troubles: Error[] = [];
  const options = { startEvents: 200, wakeEvents: 10, lingerMs: 10 };
  const { team, following } = await openFollowed(join(folder, "team.db"), troubles, 100_000, options);
  team.agent("worker", (task) => task.key);
  const work = async (): Promise<void> => {
    const sessions = Array.from({ length: 60 }, () => team.orchestrate({ tasks: [{ key: "a" }] }));
    await Promise.all(sessions.map((session) => session.result));
  };
  const snapshotBehind = (seq: number): Promise<number> =>
    vi.waitFor(async () => {
      const { snapshotSeq } = await team.health();
      expect(snapshotSeq).toBeGreaterThan(seq);
      return snapshotSeq;
    }, 20_000);
  await work();
  const first = await snapshotBehind(0);
  await work();
  await snapshotBehind(first);
  await following.caughtUp((await team.health()).lastSeq);
  await team.close();
  expect(troubles).toEqual([]);
}, 30_000);

test("a follower goes on where its part ended, and reads nothing twice", async () => {
  const file = join(folder, "team.db");
  const { team } = await openFollowed(file, [], 100_000);
  team.agent("worker", (task) => task.key);
  // One after the other, so that each has frames of its own.
  for (let session = 0; session < 20; session++) await team.orchestrate({ tasks: [{ key: "a" }] }).result;
  const { lastSeq } = await team.health();
  const reader = await openReader(file, { thread: "caller", partBytes: 2_048 });
  const read = vi.spyOn(reader, "read");
  const follower = await Follower.open(reader, module, { events: 0, sessions: 0, ageMs: 0 });
  const parts: number[] = [];
  while (follower.seq < lastSeq) {
    await follower.advance(10);
    parts.push(follower.seq);
  }
  expect(parts.length).toBeGreaterThan(3);
  expect(read).toHaveBeenCalledTimes(1);
  await reader.close();
  await team.close();
}, 30_000);

test("a follower that cannot read the journal is heard of once, and fails who waits for it", async () => {
  const troubles: Error[] = [];
  const store = sqliteStore(join(folder, "team.db"));
  const { lastSeq } = await store.open();
  const retention = { events: 0, sessions: 0, ageMs: 0 };
  const task = { file: join(folder, "nowhere.db"), module, snapshotEvents: 100, retention };
  const following = follow(task, lastSeq, store, { troubled: (error) => troubles.push(error) });
  following.advance(lastSeq + 19);
  expect(troubles).toEqual([]);
  await expect(following.caughtUp(lastSeq + 20)).rejects.toThrow(/nowhere/);
  following.advance(lastSeq + 21);
  expect(troubles).toMatchObject([{ code: "STORE_FOLLOWER" }]);
  await following.close();
  await store.close();
}, 30_000);
