import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Perform } from "../hosts/agent.ts";
import { memoryDisk } from "../stores/memory/memory-disk.ts";
import { memoryStore } from "../stores/memory/memory-store.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import type { Team } from "./team.ts";
import { pass, scriptedHost, Teams } from "./testing/teams.ts";

const teams = new Teams();
let clock: FakeClock;
beforeEach(() => {
  clock = new FakeClock();
});
afterEach(() => teams.close());

/** Names of the agents that serve, in order. */
async function serving(team: Team): Promise<readonly string[]> {
  const agents = await team.agents();
  return agents.filter(({ status }) => status === "idle" || status === "busy").map(({ name }) => name);
}

const tasks = (count: number) => Array.from({ length: count }, (_, index) => ({ key: `t${index}` }));
const second: Perform = () => new Promise((resolve) => clock.after(1_000, () => resolve(1)));

describe("a pool", () => {
  test("keeps its minimum ready, named after it", async () => {
    const team = await teams.open({ clock });
    await team.pool("crew", { min: 2, max: 5, maxLoad: 1 }, () => 1).ready;
    await clock.settle();
    expect(await serving(team)).toEqual(["crew_001", "crew_002"]);
    expect((await team.agents()).map(({ pool }) => pool)).toEqual(["crew", "crew"]);
  });

  test("grows with the queue up to its maximum, and shrinks when its agents idle for long enough", async () => {
    const team = await teams.open({ clock });
    await team.pool("crew", { min: 1, max: 4, maxLoad: 1, idleTimeoutMs: 5_000 }, second).ready;
    const scaled: unknown[] = [];
    team.events$.subscribe(({ type, data }) => {
      if (type === "PoolScaled") scaled.push([data.from, data.to, data.reason]);
    });
    const session = team.orchestrate({ tasks: tasks(12) });
    await session.ready;
    await pass(clock, 500, 100);
    expect(await serving(team)).toHaveLength(4);
    await pass(clock, 3_000, 100);
    expect((await session.result).status).toBe("completed");
    await pass(clock, 20_000);
    expect(await serving(team)).toHaveLength(1);
    expect(scaled).toEqual([
      [1, 4, "queue_depth"],
      [4, 1, "idle"],
    ]);
  });

  test("grows only for what its agents work on while few enough tasks wait", async () => {
    const team = await teams.open({ clock });
    await team.pool("crew", { min: 1, max: 3, maxLoad: 1, queueDepth: 100 }, second).ready;
    await clock.settle();
    const scaled: unknown[] = [];
    team.events$.subscribe(({ type, data }) => type === "PoolScaled" && scaled.push([data.to, data.reason]));
    const session = team.orchestrate({ tasks: tasks(6) });
    await pass(clock, 10_000, 500);
    expect((await session.result).status).toBe("completed");
    expect(scaled).toEqual([
      [2, "utilisation"],
      [3, "utilisation"],
    ]);
  });

  test("replaces an agent that is unhealthy", async () => {
    const team = await teams.open({ clock });
    const host = { ...scriptedHost({}), alive: (id: string) => id !== sick };
    let sick = "";
    await team.pool("crew", { min: 2, max: 4 }, host).ready;
    await clock.settle();
    const [first] = await team.agents();
    sick = first?.id ?? "";
    await pass(clock, 200_000);
    const agents = await team.agents();
    expect(agents.find(({ id }) => id === sick)?.status).toBe("failed");
    expect(agents.filter(({ status }) => status === "idle")).toHaveLength(2);
  });

  test("survives its process: its agents start again when its host is back, and work goes on", async () => {
    const disk = memoryDisk();
    const first = await teams.open({ clock, store: memoryStore({ disk }) });
    first.pool("crew", { min: 2, max: 2, maxLoad: 1 }, () => new Promise(() => undefined));
    const session = first.orchestrate({ tasks: tasks(2) });
    const id = await session.ready;
    await clock.settle();
    await first.close();
    const again = await teams.open({ clock, store: memoryStore({ disk }) });
    await clock.settle();
    expect(await serving(again)).toEqual([]);
    await again.pool("crew", { min: 2, max: 2, maxLoad: 1 }, (task) => task.key).ready;
    expect((await again.session(id).result).outputs).toEqual({ t0: "t0", t1: "t1" });
    expect((await again.agents()).map(({ name }) => name)).toEqual(["crew_001", "crew_002"]);
  });

  test("whose host never comes is given up after the time to start", async () => {
    const disk = memoryDisk();
    const first = await teams.open({ clock, store: memoryStore({ disk }) });
    await first.pool("crew", { min: 1, max: 1 }, () => 1).ready;
    await first.close();
    const again = await teams.open({ clock, store: memoryStore({ disk }) });
    await pass(clock, 31_000);
    expect(await again.agents()).toMatchObject([{ name: "crew_001", status: "failed" }]);
  });

  test("is changed by adding it again, and forgotten when it is stopped", async () => {
    const team = await teams.open({ clock });
    await team.pool("crew", { min: 1, max: 2 }, () => 1).ready;
    const pool = team.pool("crew", { min: 3, max: 3 }, () => 1);
    await pool.ready;
    await clock.settle();
    expect(await serving(team)).toHaveLength(3);
    await pool.stop();
    await pass(clock, 40_000);
    expect(await team.agents()).toEqual([]);
  });

  test("starts nothing anew while the team is drained", async () => {
    const team = await teams.open({ clock });
    await team.pool("crew", { min: 2, max: 2, maxLoad: 1 }, second).ready;
    await clock.settle();
    const session = team.orchestrate({ tasks: tasks(4) });
    await session.ready;
    const drained = team.drain();
    await pass(clock, 2_000, 100);
    await drained;
    expect(await serving(team)).toEqual([]);
    expect((await session.view()).tasks.filter((task) => task.status === "completed")).toHaveLength(2);
  });

  test("is refused when its bounds make no sense", async () => {
    const team = await teams.open({ clock });
    for (const wrong of [{ min: 3, max: 2 }, { max: 0 }, { max: 10_001 }, { max: 2, scaleUp: 0.3, scaleDown: 0.5 }]) {
      await expect(team.pool("crew", wrong, () => 1).ready).rejects.toMatchObject({ code: "POOL_INVALID" });
    }
    await team.close();
    expect(() => team.pool("late", { max: 1 }, () => 1)).toThrowError(
      expect.objectContaining({ code: "RUNTIME_DISPOSED" }),
    );
  });
});
