import { afterEach, expect, test } from "vitest";
import { FakeClock } from "../testing/fake-clock.ts";
import { pass, Teams } from "./testing/teams.ts";

const teams = new Teams();
afterEach(() => teams.close());

test("a task goes to an agent that is allowed to do as much as it asks for, and its parts ask for as much", async () => {
  const team = await teams.open();
  for (const permission of ["readonly", "limited", "full"] as const) {
    // The less an agent may, the sooner it is chosen.
    const priority = { readonly: 2, limited: 1, full: 0 }[permission];
    await team.agent(permission, { permission, priority }, () => permission).ready;
  }
  const session = team.orchestrate({
    tasks: [
      { key: "look" },
      { key: "change", permission: "limited" },
      { key: "everything", permission: "full" },
      { key: "part", parent: "everything" },
      { key: "harmless part", parent: "everything", permission: "readonly" },
    ],
  });
  expect((await session.result).outputs).toEqual({
    look: "readonly",
    change: "limited",
    part: "full",
    "harmless part": "readonly",
  });
});

test("the total time of a task counts its waits and tries; its parts have no total time of their own", async () => {
  const clock = new FakeClock();
  const team = await teams.open({ clock });
  await team.agent("broken", { capabilities: ["network"] }, () => {
    throw Object.assign(new Error("no route"), { errorType: "network_error" });
  }).ready;
  const session = team.orchestrate({
    tasks: [{ key: "a", needs: ["network"], totalTimeoutMs: 45_000 }],
    recovery: { retryDelayMs: 30_000, escalationThreshold: 10, maxRetries: 9 },
  });
  await session.ready;
  await pass(clock, 44_000);
  expect((await session.view()).tasks[0]).toMatchObject({ status: "waiting", attempts: 2 });
  await pass(clock, 1_000);
  expect(await session.result).toMatchObject({ status: "failed" });
  expect((await session.view()).tasks[0]).toMatchObject({ status: "failed", attempts: 2 });
});
