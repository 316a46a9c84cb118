import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { memoryDisk } from "../stores/memory/memory-disk.ts";
import { memoryStore } from "../stores/memory/memory-store.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import type { OpenOptions } from "./options.ts";
import type { Team } from "./team.ts";
import { pass, scriptedHost, Teams } from "./testing/teams.ts";

const teams = new Teams();
let clock: FakeClock;
beforeEach(() => {
  clock = new FakeClock();
});
afterEach(() => teams.close());

/** A team with one agent that works on one task at a time until it is told to end it, and what it began, in order. */
async function single(options: OpenOptions): Promise<{ team: Team; begun: string[]; next(): Promise<void> }> {
  const team = await teams.open({ clock, ...options });
  const begun: string[] = [];
  let end: () => void = () => undefined;
  await team.agent("one", { maxLoad: 1 }, (task) => {
    begun.push(task.key);
    return new Promise((resolve) => {
      end = () => resolve(null);
    });
  }).ready;
  const next = async (): Promise<void> => {
    end();
    await clock.settle();
  };
  return { team, begun, next };
}

describe("what waits", () => {
  test.each([
    [undefined, ["first", "urgent", "patient"]],
    [{ ageingMs: 1_000 }, ["first", "patient", "urgent"]],
  ])("is lifted by a priority as often as the team says: %o", async (scheduling, order) => {
    const { team, begun, next } = await single(scheduling === undefined ? {} : { scheduling });
    await team.orchestrate({ tasks: [{ key: "first" }] }).ready;
    await team.orchestrate({ tasks: [{ key: "patient", priority: "low" }] }).ready;
    await pass(clock, 10_000);
    await team.orchestrate({ tasks: [{ key: "urgent", priority: "critical" }] }).ready;
    await next();
    await next();
    expect(begun).toEqual(order);
  });

  test("must be weighed somehow", async () => {
    await expect(teams.open({ scheduling: { ageingMs: 0 } })).rejects.toMatchObject({
      code: "KERNEL_SETTINGS_INVALID",
    });
  });
});

test("agents are ranked by criteria of one's own, which the journal keeps", async () => {
  const disk = memoryDisk();
  const chosen = async (options: OpenOptions): Promise<unknown> => {
    const team = await teams.open({ clock, store: memoryStore({ disk }), ...options });
    await team.agent("favourite", { priority: 9, maxLoad: 2 }, () => new Promise(() => undefined)).ready;
    await team.agent("idle", { maxLoad: 2 }, () => new Promise(() => undefined)).ready;
    await team.orchestrate({ tasks: [{ key: "a" }, { key: "b" }] }).ready;
    const loads = (await team.agents()).map(({ name, load }) => `${name} ${load}`);
    for (const session of team.sessions()) await session.cancel();
    await team.close();
    return loads;
  };
  expect(await chosen({})).toEqual(["favourite 2", "idle 0"]);
  expect(await chosen({ ranking: ["load"] })).toEqual(["favourite 1", "idle 1"]);
  expect(await chosen({})).toEqual(["favourite 1", "idle 1"]);
  expect(await chosen({ ranking: [] })).toEqual(["favourite 2", "idle 0"]);
});

describe("a question nobody answers", () => {
  test.each([
    [undefined, "running"],
    [{ deadlineMs: 60_000 }, "failed"],
    [{ deadlineMs: 60_000, otherwise: "approve" as const }, "completed"],
  ])("is decided as the team says: %o", async (escalations, status) => {
    const team = await teams.open({ clock, ...(escalations === undefined ? {} : { escalations }) });
    await team.host("wrong", {}, scriptedHost({ ok: false, error: { type: "logic_error", message: "no" } })).ready;
    const session = team.orchestrate({ tasks: [{ key: "a" }] });
    await session.ready;
    await pass(clock, 59_000);
    expect((await session.view()).status).toBe("running");
    await pass(clock, 2_000);
    expect((await session.view()).status).toBe(status);
  });
});
