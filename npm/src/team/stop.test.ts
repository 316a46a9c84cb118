import { afterEach, expect, test } from "vitest";
import type { AgentHost, AttemptResult } from "../hosts/host.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { pass, scriptedHost, Teams } from "./testing/teams.ts";

const teams = new Teams();
afterEach(() => teams.close());

test("work of an agent that had to end goes to another one only when its host is done with it", async () => {
  const clock = new FakeClock();
  const team = await teams.open({ clock });
  const over = Promise.withResolvers<AttemptResult>();
  const started: string[] = [];
  const usage = { memoryPeakBytes: null, cpuMs: null, diskBytes: null };
  let stopped = false;
  const stubborn: AgentHost = {
    kind: "function",
    run: (attempt, _sink, signal) => {
      started.push(attempt.agentId);
      signal.addEventListener("abort", () => {
        stopped = true;
      });
      return over.promise;
    },
    close: async () => undefined,
  };
  const first = team.host("first", {}, stubborn);
  await first.ready;
  const session = team.orchestrate({ tasks: [{ key: "a", timeoutMs: 3_600_000 }] });
  await session.ready;
  await clock.settle();
  await team.host("second", {}, scriptedHost({ output: "by second" })).ready;
  await first.stop("maintenance");
  await pass(clock, 31_000);
  expect(stopped).toBe(true);
  expect((await session.view()).tasks[0]).toMatchObject({ status: "running", attempts: 1 });
  over.resolve({ ok: false, metrics: {}, artifacts: [], usage, durationMs: 1 });
  await pass(clock, 60_000);
  expect((await session.result).outputs).toEqual({ a: "by second" });
  expect(started).toHaveLength(1);
  const [task] = (await session.view()).tasks;
  expect(task?.history.map(({ outcome }) => outcome)).toEqual(["lost", "completed"]);
});

test("what a silent agent works on is asked to end when the agent is given up", async () => {
  const clock = new FakeClock();
  const team = await teams.open({ clock });
  const asked: string[] = [];
  let isAlive = true;
  const deaf = team.agent("deaf", { healthCheck: () => isAlive }, (task, ctx) => {
    ctx.signal.addEventListener("abort", () => asked.push(task.key));
    return new Promise(() => undefined);
  });
  await deaf.ready;
  const session = team.orchestrate({ tasks: [{ key: "a", timeoutMs: 3_600_000 }] });
  await session.ready;
  await clock.settle();
  isAlive = false;
  await pass(clock, 600_000, 5_000);
  expect(asked).toEqual(["a"]);
});
