import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openTeamReader } from "../../cli/wiring/reader.ts";
import { buildReport } from "../../report/index.ts";
import type { Session } from "../../sessions/session.ts";
import type { SessionView } from "../../sessions/view.ts";
import { memoryDisk } from "../../stores/memory/memory-disk.ts";
import { memoryStore } from "../../stores/memory/memory-store.ts";
import { sqliteStore } from "../../stores/sqlite/sqlite-store.ts";
import type { Store } from "../../stores/store.ts";
import type { Platform, RetentionOptions } from "../../team/options.ts";
import { Team } from "../../team/team.ts";
import { loadKernel } from "../../wasm/node.ts";
import { follow } from "../follower/thread.ts";
import type { Following } from "../following.ts";

const module = loadKernel();
// Hundreds of sessions with an fsync each batch: slow where the disk is.
vi.setConfig({ testTimeout: 40_000 });
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "polyphon-history-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A journal that is opened again and again, with snapshots and compaction far more often than by default. */
interface Place {
  open(retention?: RetentionOptions): Promise<Opened>;
}
interface Opened {
  readonly team: Team;
  readonly store: Store;
  readonly troubles: Error[];
  /** Resolves when everything that happened is folded, kept and compacted. */
  settled(): Promise<void>;
}

const SNAPSHOT_EVENTS = 100;

/** The report, without where it was taken. */
const told = (view: SessionView): unknown => ({ ...buildReport(view), asOfSeq: 0 });

function place(store: () => Store, followed?: string): Place {
  return {
    async open(retention = {}) {
      const troubles: Error[] = [];
      let following: Following | undefined;
      const platform: Platform = {
        loadModule: () => module,
        directory: async () => folder,
        snapshotEvents: SNAPSHOT_EVENTS,
        ...(followed === undefined
          ? {}
          : {
              follow: ({ store: of, snapshotSeq, retention: keep, snapshotEvents, troubled }) => {
                const task = { file: followed, module, snapshotEvents, retention: keep };
                following = follow(task, snapshotSeq, of, { troubled });
                return following;
              },
            }),
      };
      const own = store();
      const team = await Team.open(platform, {
        module,
        store: own,
        retention,
        onError: (error) => troubles.push(error),
      });
      return {
        team,
        store: own,
        troubles,
        settled: async () => {
          const { lastSeq } = await team.health();
          if (following !== undefined) return following.caughtUp(lastSeq);
          // In memory there is nothing to wait for: it is over when nothing changes any more.
          for (let same = 0, last = ""; same < 4; ) {
            await new Promise<void>((resolve) => setTimeout(resolve, 2));
            const now = JSON.stringify(await team.health());
            same = now === last ? same + 1 : 0;
            last = now;
          }
        },
      };
    },
  };
}

const places: Record<string, () => Place> = {
  "in memory": () => {
    const disk = memoryDisk();
    return place(() => memoryStore({ disk }));
  },
  "in SQLite": () => {
    const file = join(folder, "team.db");
    return place(() => sqliteStore(file), file);
  },
};

async function run(team: Team, count: number, name: string): Promise<readonly Session[]> {
  const sessions = Array.from({ length: count }, (_, index) =>
    team.orchestrate({ name: `${name} ${index}`, tasks: [{ key: "a", input: "x".repeat(600) }] }),
  );
  await Promise.all(sessions.map((session) => session.result));
  return sessions;
}

/** One after the other, so that snapshots come in between. */
async function runInTurn(opened: Opened, turns: number, count: number, name: string): Promise<readonly Session[]> {
  const all: Session[] = [];
  for (let turn = 0; turn < turns; turn++) {
    all.push(...(await run(opened.team, count, `${name} ${turn}`)));
    await opened.settled();
  }
  return all;
}

describe.each(Object.entries(places))("a session that ended long ago, %s", (_name, make) => {
  test("is shown as it was: from the journal, from its archive, and after a restart", async () => {
    const { open } = make();
    const first = await open({ events: 150, sessions: 400 });
    first.team.agent("worker", (task) => `${task.key} ${"y".repeat(700)}`);
    const sessions = await runInTurn(first, 6, 30, "old");
    const ids = sessions.map((session) => session.id);
    expect(first.troubles).toEqual([]);
    const { firstSeq } = await first.team.health();
    expect(firstSeq, JSON.stringify(await first.team.health())).toBeGreaterThan(200);
    expect((await first.store.archives()).length).toBeGreaterThan(50);
    const held = await Promise.all(sessions.map((session) => session.view()));
    expect(held.map((view) => view.status)).toEqual(ids.map(() => "completed"));
    const found = await Promise.all(ids.map((id) => first.team.session(id).view()));
    expect(found.map(told)).toEqual(held.map(told));
    const oldest = first.team.session(ids[0] as string);
    expect(await oldest.result).toMatchObject({ status: "completed", outputs: { a: `a ${"y".repeat(700)}` } });
    expect(await oldest.ready).toBe(ids[0]);
    expect(oldest.id).toBe(ids[0]);
    const progress: number[] = [];
    for await (const { percentage } of first.team.session(ids[1] as string).progress$) progress.push(percentage);
    expect(progress).toEqual([100]);
    // The input of what is archived is gone from the store, and nothing else is.
    expect((await first.team.health()).payloadBytes).toBeLessThan(180 * 1_300);
    expect(first.troubles).toEqual([]);
    await first.team.close();

    const second = await open({ events: 150, sessions: 400 });
    const again = await Promise.all(ids.map((id) => second.team.session(id).view()));
    expect(again.map(told)).toEqual(held.map(told));
    await second.team.close();
  });

  test("is forgotten when as many have ended since as are kept, and says so", async () => {
    const { open } = make();
    const opened = await open({ events: 150, sessions: 20 });
    opened.team.agent("worker", (task) => task.key);
    const sessions = await runInTurn(opened, 6, 30, "old");
    const ids = sessions.map((session) => session.id);
    const { length } = await opened.store.archives();
    expect(length).toBeLessThanOrEqual(20);
    const gone = opened.team.session(ids[0] as string);
    await expect(gone.result).rejects.toMatchObject({ code: "SESSION_UNKNOWN" });
    await expect(gone.view()).rejects.toMatchObject({ code: "SESSION_UNKNOWN" });
    await expect(gone.ready).rejects.toMatchObject({ code: "SESSION_UNKNOWN" });
    // Whoever holds the session keeps it.
    expect((await sessions[0]?.view())?.tasks[0]?.status).toBe("completed");
    expect((await sessions[0]?.result)?.status).toBe("completed");
    expect((await opened.team.session(ids.at(-1) as string).view()).status).toBe("completed");
    expect((await opened.team.health()).payloadBytes).toBeLessThan(120 * 620);
    await opened.team.close();
  });

  test("is forgotten when it is older than archives are kept", async () => {
    const { open } = make();
    const opened = await open({ events: 150, sessions: 1_000, ageMs: 0 });
    opened.team.agent("worker", (task) => task.key);
    const [first] = await runInTurn(opened, 6, 30, "old");
    const found = opened.team.session((first as Session).id);
    await expect(found.result).rejects.toMatchObject({ code: "SESSION_UNKNOWN" });
    await opened.team.close();
  });

  test("cannot be found under an id nobody gave", async () => {
    const { open } = make();
    const { team } = await open();
    team.agent("worker", (task) => task.key);
    const [session] = await run(team, 1, "one");
    const { id } = session as Session;
    const other = `${id.slice(0, 9)}${id[9] === "0" ? "1" : "0"}${id.slice(10)}`;
    for (const bad of ["", "session_", "task_00000000000000000000000000", "session_\u0000", other]) {
      await expect(async () => team.session(bad).view()).rejects.toMatchObject({ code: "SESSION_UNKNOWN" });
    }
    await team.close();
  });

  test("refuses a retention that is no number", async () => {
    const { open } = make();
    for (const retention of [{ sessions: -1 }, { events: Number.NaN }, { ageMs: Number.POSITIVE_INFINITY }]) {
      await expect(open(retention)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    }
  });
});

describe.each(Object.entries(places))("a session that goes on, %s", (_name, make) => {
  /** A task that fails once, one that fails for good and asks a human, and one that waits for it. */
  const plan = {
    name: "long",
    tasks: [
      { key: "flaky", after: [] },
      { key: "broken", after: ["flaky"] },
      { key: "last", after: ["broken"] },
    ],
    recovery: { retryDelayMs: 0 },
  };

  function worker(team: Team): void {
    let flaky = 0;
    team.agent("worker", (task) => {
      if (task.key === "flaky" && flaky++ === 0)
        throw Object.assign(new Error("no route"), { errorType: "network_error" });
      if (task.key === "broken") throw Object.assign(new Error("wrong"), { errorType: "calculation_error" });
      return task.key;
    });
  }

  async function waiting(session: Session): Promise<void> {
    for await (const _ of session.progress$) {
      const { escalations } = await session.view();
      if (escalations.some((escalation) => escalation.resolved === null)) return;
    }
  }

  test("reports the same before and after it was opened again from a snapshot, and in the end", async () => {
    const { open } = make();
    const first = await open({ events: 150, sessions: 500 });
    worker(first.team);
    const session = first.team.orchestrate(plan);
    await waiting(session);
    // Its beginning is dropped while it goes on.
    await runInTurn(first, 6, 30, "beside");
    const { firstSeq, snapshotSeq } = await first.team.health();
    expect(firstSeq).toBeGreaterThan(100);
    expect(snapshotSeq).toBeGreaterThan(firstSeq);
    const before = await session.view();
    const id = session.id;
    expect(before.tasks[0]?.history.map(({ outcome }) => outcome)).toEqual(["failed", "completed"]);
    expect(before.escalations).toHaveLength(1);
    expect(first.troubles).toEqual([]);
    await first.team.close();

    const second = await open({ events: 150, sessions: 500 });
    const after = await second.team.session(id).view();
    expect({ ...after, asOfSeq: 0, etaMs: 0 }).toEqual({ ...before, asOfSeq: 0, etaMs: 0 });
    worker(second.team);
    const [question] = await second.team.escalations();
    await second.team.decide(question?.id as string, "approve");
    expect((await second.team.session(id).result).status).toBe("completed");
    const end = await second.team.session(id).view();
    expect(end.tasks.map((task) => [task.id, task.status, task.attempts])).toEqual([
      ["flaky", "completed", 2],
      ["broken", "completed", before.tasks[1]?.attempts],
      ["last", "completed", 1],
    ]);
    await runInTurn(second, 9, 30, "later");
    expect((await second.team.health()).firstSeq).toBeGreaterThan(end.asOfSeq);
    expect(told(await second.team.session(id).view())).toEqual(told(end));
    expect(second.troubles).toEqual([]);
    await second.team.close();
  });

  test("is completed while events go on", async () => {
    const { open } = make();
    const first = await open();
    worker(first.team);
    const session = first.team.orchestrate(plan);
    await waiting(session);
    await runInTurn(first, 4, 30, "beside");
    const { id } = session;
    await first.team.close();
    const second = await open();
    worker(second.team);
    const [question] = await second.team.escalations();
    const found = second.team.session(id);
    const [early] = await Promise.all([found.view(), second.team.decide(question?.id as string, "retry")]);
    expect(early.tasks[0]?.history).toHaveLength(2);
    await waiting(found);
    const { tasks, escalations } = await found.view();
    expect(tasks[1]?.history.map(({ number }) => number)).toEqual(
      Array.from({ length: tasks[1]?.attempts ?? 0 }, (_, index) => index + 1),
    );
    expect(escalations.map(({ decision }) => decision)).toEqual(["retry", null]);
    await second.team.close();
  });
});

test("the command line lists and shows sessions wherever they are kept", async () => {
  const file = join(folder, "team.db");
  const { open } = place(() => sqliteStore(file), file);
  const opened = await open({ events: 150, sessions: 400 });
  opened.team.agent("worker", (task) => task.key);
  const sessions = await runInTurn(opened, 6, 30, "old");
  const views = await Promise.all(sessions.map((session) => session.view()));
  for (const owned of [true, false]) {
    if (!owned) await opened.team.close();
    const reader = await openTeamReader(file);
    const listed = await reader.sessions();
    expect(listed.map(({ id }) => id).toSorted()).toEqual(sessions.map(({ id }) => id).toSorted());
    expect(
      listed.every(({ status, completed, tasks }) => status === "completed" && completed === 1 && tasks === 1),
    ).toBe(true);
    for (const at of [0, 60, 120, 179]) {
      const view = await reader.session(views[at]?.id as string).view();
      expect(told(view)).toEqual(told(views[at] as SessionView));
    }
    await reader.close();
  }
});

test("a call that is repeated long after its session left memory is answered with its end", async () => {
  const disk = memoryDisk();
  const { open } = place(() => memoryStore({ disk }));
  const { team } = await open();
  team.agent("worker", (task) => task.key);
  const plan = { tasks: [{ key: "once" }] };
  const first = await team.orchestrate(plan, { idempotencyKey: "k" }).result;
  await run(team, 150, "others");
  const again = team.orchestrate(plan, { idempotencyKey: "k" });
  expect(await again.result).toEqual(first);
  expect(await again.ready).toBe(first.id);
  await team.close();
});
