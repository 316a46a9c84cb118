import { afterEach, expect, test, vi } from "vitest";
import { heldStore } from "../runtime/testing/held-store.ts";
import { memoryStore } from "../stores/memory/memory-store.ts";
import type { PlanDefinition } from "../tasks/plan.ts";
import { type AppendFault, faultyStore } from "../testing/faulty-store.ts";
import { Teams } from "./testing/teams.ts";

// Mebibytes are hashed and written: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const teams = new Teams();
afterEach(() => teams.close());

const MIB = 1_048_576;
const planOf = (mib: number, tasks = 1): PlanDefinition => ({
  tasks: Array.from({ length: tasks }, (_, index) => ({
    key: `t${index}`,
    needs: ["nobody"],
    input: "x".repeat(Math.floor((mib * MIB) / tasks)),
  })),
});
const backpressure = { code: "BUS_BACKPRESSURE", retryable: true, retryAfterMs: expect.any(Number) };

test("8 MiB of plans may wait for the disk; more is refused, until some were acknowledged", async () => {
  const { store, hold } = heldStore();
  const team = await teams.open({ store });
  const free = hold();
  const waiting = Array.from({ length: 7 }, () => team.orchestrate(planOf(1)));
  const refused = team.orchestrate(planOf(1.1));
  await expect(refused.ready).rejects.toMatchObject(backpressure);
  await expect(refused.result).rejects.toMatchObject(backpressure);
  // What is small enough still fits.
  const small = team.orchestrate(planOf(0.1));
  free();
  await Promise.all([...waiting, small].map(({ ready }) => ready));
  await team.orchestrate(planOf(1.1)).ready;
  expect(team.sessions()).toHaveLength(9);
});

test.each([1, 1_000])("a plan larger than that is taken when no other waits, and alone (%i tasks)", async (tasks) => {
  const { store, hold } = heldStore();
  const team = await teams.open({ store });
  const free = hold();
  const large = team.orchestrate(planOf(12, tasks));
  await expect(team.orchestrate(planOf(0.1)).ready).rejects.toMatchObject(backpressure);
  free();
  const id = await large.ready;
  expect((await team.session(id).view()).tasks).toHaveLength(tasks);
  await team.orchestrate(planOf(12, tasks)).ready;
});

test("what runs is never held back: reports and decisions pass while new work is refused", async () => {
  const { store, hold } = heldStore();
  const team = await teams.open({ store });
  const running: ((output: string) => void)[] = [];
  await team.agent("ada", { capabilities: ["work"] }, () => new Promise((resolve) => running.push(resolve))).ready;
  const session = team.orchestrate({
    tasks: ["a", "b", "c"].map((key) => ({ key, needs: ["work"], ...(key === "c" ? { after: ["b"] } : {}) })),
  });
  await session.ready;
  while (running.length < 2) await new Promise((resolve) => setImmediate(resolve));
  const free = hold();
  running[0]?.("x".repeat(9 * MIB));
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  // What running work has to say fills the room.
  await expect(team.orchestrate(planOf(0.1)).ready).rejects.toMatchObject(backpressure);
  await expect(session.updateContext({ a: "x".repeat(300) })).rejects.toMatchObject(backpressure);
  await expect(session.recordFacts([{ text: "known" }])).rejects.toMatchObject(backpressure);
  running[1]?.("done");
  const paused = session.pause();
  free();
  await paused;
  await session.resume();
  while (running.length < 3) await new Promise((resolve) => setImmediate(resolve));
  running[2]?.("last");
  const { outputs } = await session.result;
  expect({ ...outputs, a: String(outputs.a).length }).toEqual({ a: 9 * MIB, b: "done", c: "last" });
  await team.orchestrate(planOf(7)).ready;
});

test.each<AppendFault>(["fail", "fail-after-write"])("an append in doubt gives its room back (%s)", async (fault) => {
  const next: { fault?: AppendFault } = {};
  const store = faultyStore(memoryStore(), {
    append: () => {
      const given = next.fault;
      delete next.fault;
      return given;
    },
  });
  const team = await teams.open({ store });
  let end = (_: string): void => undefined;
  await team.agent("ada", { capabilities: ["work"] }, () => new Promise((resolve) => (end = resolve))).ready;
  const session = team.orchestrate({ tasks: [{ key: "a", needs: ["work"] }] });
  await session.ready;
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  next.fault = fault;
  end("x".repeat(7 * MIB));
  await session.result;
  next.fault = fault;
  const doubtful = await team.orchestrate(planOf(7)).ready.catch(({ code }) => code);
  expect(fault === "fail" ? doubtful === "STORE_IO" : doubtful.startsWith("session_")).toBe(true);
  const waiting = [team.orchestrate(planOf(3)), team.orchestrate(planOf(4))];
  await Promise.all(waiting.map(({ ready }) => ready));
});
