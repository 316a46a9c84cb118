import { afterEach, describe, expect, test } from "vitest";
import { Teams } from "./testing/teams.ts";

const teams = new Teams();
afterEach(() => teams.close());

describe("what an agent may look at", () => {
  test("are the outputs of the tasks it waited for, and of no others", async () => {
    const team = await teams.open();
    const seen: Record<string, unknown> = {};
    const long = "x".repeat(100_000);
    team.agent("worker", async (task, ctx) => {
      seen[task.key] = await ctx.outputs();
      return task.key === "__proto__" ? long : task.key;
    });
    const session = team.orchestrate({
      tasks: [{ key: "__proto__" }, { key: "b" }, { key: "c", after: ["__proto__"] }, { key: "d", after: ["b", "c"] }],
    });
    await session.result;
    expect(seen.b).toEqual({});
    expect(Object.entries(seen.c as object)).toEqual([["__proto__", long]]);
    expect(seen.d).toEqual({ b: "b", c: "c" });
  });

  test("has no entry for a task that did not complete", async () => {
    const team = await teams.open({
      notify: async ({ id }) => void team.decide(id, "approve", { actor: "grace" }),
    });
    team.agent("worker", async (task, ctx) => {
      if (task.key === "a") throw Object.assign(new Error("off by one"), { errorType: "calculation_error" });
      return ctx.outputs();
    });
    const { result } = team.orchestrate({ tasks: [{ key: "a" }, { key: "b", after: ["a"] }] });
    expect((await result).outputs).toEqual({ b: {} });
  });

  test("is what the session shares, as it is when it is asked", async () => {
    const team = await teams.open();
    team.agent("worker", async (task, ctx) => {
      const before = await ctx.context();
      await team.session(task.sessionId).updateContext({ [task.key]: task.key.toUpperCase() });
      return { before, after: await ctx.context() };
    });
    const { result } = team.orchestrate({ tasks: [{ key: "a" }, { key: "b", after: ["a"] }] });
    expect((await result).outputs).toEqual({
      a: { before: {}, after: { a: "A" } },
      b: { before: { a: "A" }, after: { a: "A", b: "B" } },
    });
  });
});
