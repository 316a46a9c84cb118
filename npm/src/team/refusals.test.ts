import { afterEach, expect, test } from "vitest";
import { FakeClock } from "../testing/fake-clock.ts";
import { Teams } from "./testing/teams.ts";

const teams = new Teams();
afterEach(() => teams.close());

test("a session has no id before it is durable, and one afterwards", async () => {
  const team = await teams.open();
  team.agent("worker", () => "done");
  const session = team.orchestrate({ tasks: [{ key: "a" }] });
  expect(() => session.id).toThrow(expect.objectContaining({ code: "SESSION_NOT_READY", retryable: true }));
  const id = await session.ready;
  expect(session.id).toBe(id);
});

test("a value that is no JSON is refused, and nothing of the call happens", async () => {
  const team = await teams.open({ clock: new FakeClock() });
  const session = team.orchestrate({ tasks: [{ key: "a" }] });
  await session.ready;
  const circle: Record<string, unknown> = {};
  circle.self = { circle };
  for (const value of [() => 1, Symbol("x"), 1n, circle, { deep: [1n] }]) {
    const refused = await session.updateContext({ good: 1, bad: value }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "PAYLOAD_INVALID", retryable: false });
    expect((refused as Error).message).not.toContain("\n");
  }
  expect(await session.context()).toEqual({});
});

test("an agent whose code cannot be called is refused at once", async () => {
  const team = await teams.open();
  const swapped = [() => 1, {}] as unknown as [object, () => number];
  expect(() => team.agent("swapped", ...swapped)).toThrow(expect.objectContaining({ code: "AGENT_INVALID" }));
  expect(() => team.agent("nothing", undefined as never)).toThrow(expect.objectContaining({ code: "AGENT_INVALID" }));
  expect(() => team.pool("crew", { max: 1 }, {} as never)).toThrow(expect.objectContaining({ code: "AGENT_INVALID" }));
  expect(await team.agents()).toEqual([]);
});

test("a loop that does not take its values is ended before they fill the memory", async () => {
  const team = await teams.open();
  const lines = 10_001;
  team.agent("talker", (_task, ctx) => {
    for (let line = 0; line < lines; line++) ctx.log.info(`line ${line}`);
  });
  const values = team.logs$[Symbol.asyncIterator]();
  const session = team.orchestrate({ tasks: [{ key: "a" }] });
  await session.result;
  await expect(values.next()).rejects.toMatchObject({ code: "STREAM_OVERRUN" });
  const slow = team.logs$[Symbol.asyncIterator]();
  expect((await slow.next()).done, "who begins anew is not lagging").toBe(false);
  await slow.return?.();
});
