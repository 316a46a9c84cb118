import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import type { Program, TaskDefinition } from "../../../npm/src/node.ts";
import { Ground, type Team, works } from "./harness.ts";

const ground = new Ground();
afterAll(() => ground.close());

const FLOOD = fileURLToPath(new URL("../hosts/fixtures/flood.mjs", import.meta.url));
const GB = 1_000_000_000;
const MIB = 1 << 20;

/** What became of one task that is not tried again. */
async function outcome(team: Team, task: Partial<TaskDefinition>, graceMs = 200) {
  const session = team.orchestrate({
    tasks: [{ key: "a", ...task }],
    recovery: { maxRetries: 0, escalationThreshold: 1_000, retryDelayMs: 0, graceMs },
  });
  await session.ready;
  // Some kinds of failure are for a human at once: nobody is there to decide.
  session.events$.subscribe(({ type }) => {
    if (type === "EscalationRaised") void session.cancel();
  });
  const { status } = await session.result;
  const error = (await session.view()).tasks[0]?.history[0]?.error;
  return { status, error };
}

async function running(team: Team, program: Program, more: Partial<TaskDefinition> = {}) {
  return outcome(team, { needs: ["run"], program, ...more });
}

const circle = (): unknown => {
  const value: Record<string, unknown> = {};
  value.self = value;
  return value;
};

describe("a program", { timeout: 60_000 }, () => {
  it("that does not exist fails its task by name, and the team works on", async () => {
    const team = await ground.team();
    const { status, error } = await running(team, { cwd: ground.root, argv: ["no-such-program-anywhere", "x"] });
    expect(status).not.toBe("completed");
    expect(error?.message).toMatch(/no-such-program-anywhere/);
    await works(team);
  });

  it("that writes 1 GB costs no memory", async () => {
    const team = await ground.team();
    const before = process.memoryUsage().rss;
    let most = before;
    const timer = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 10);
    const { status } = await running(team, { cwd: ground.root, argv: [process.execPath, FLOOD, String(GB), "lines"] });
    clearInterval(timer);
    expect(status).toBe("completed");
    expect(most - before).toBeLessThan(200 * MIB);
    await works(team);
  });

  it("that ignores the request to end is ended by force when its time is over", async () => {
    const team = await ground.team();
    const stubborn = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1_000)";
    const { status, error } = await running(
      team,
      { cwd: ground.root, argv: [process.execPath, "-e", stubborn] },
      { timeoutMs: 1_000 },
    );
    expect(status).not.toBe("completed");
    expect(error?.type).toBe("timeout");
    await works(team);
  });

  it.each([
    ["no list", { cwd: ground.root, argv: "ls" }],
    ["nothing to run", { cwd: ground.root, argv: [] }],
    ["NUL in an argument", { cwd: ground.root, argv: ["echo", "a\0b"] }],
    ["a variable that is no text", { cwd: ground.root, argv: ["echo"], env: { A: 1 } }],
    ["no folder", { argv: ["echo"] }],
    ["no object", "echo"],
    ["a number for an argument", { cwd: ground.root, argv: ["echo", 1] }],
  ])("with %s fails its task, and the team works on", async (_name, program) => {
    const team = await ground.team();
    const { status, error } = await running(team, program as unknown as Program);
    expect(status).not.toBe("completed");
    expect(error?.message).toMatch(/the program of the task cannot be run: /);
    await works(team);
  });
});

describe("a function", { timeout: 30_000 }, () => {
  it.each([
    ["a function", () => () => 1],
    ["a value that holds itself", circle],
    ["a bigint", () => 1n],
    ["a symbol", () => Symbol("x")],
    ["NaN", () => Number.NaN],
    ["a map", () => new Map([[1, 2]])],
    [
      "something nested 10,000 deep",
      () =>
        Array(10_000)
          .fill(0)
          .reduce((value: unknown) => [value], 1),
    ],
  ])("that answers with %s fails its task by name, and the team works on", async (_name, answer) => {
    const team = await ground.team();
    team.agent("odd", { capabilities: ["odd"] }, () => answer());
    const { status, error } = await outcome(team, { needs: ["odd"] });
    expect(status).not.toBe("completed");
    expect(error?.message).toMatch(/output|stored|itself|nested|surrogate/);
    await works(team);
  });

  it("that answers with nothing completes its task", async () => {
    const team = await ground.team();
    team.agent("odd", { capabilities: ["odd"] }, () => undefined);
    expect((await outcome(team, { needs: ["odd"] })).status).toBe("completed");
  });

  it.each([
    ["nothing", undefined],
    ["a text", "text"],
    ["null", null],
    ["a value that holds itself", circle()],
    ["an object without a prototype", Object.create(null)],
    [
      "something whose text throws",
      {
        get message(): string {
          throw new Error("no");
        },
      },
    ],
  ])("that throws %s fails its task, and the team works on", async (_name, thrown) => {
    const team = await ground.team();
    team.agent("odd", { capabilities: ["odd"] }, () => {
      throw thrown;
    });
    const { status, error } = await outcome(team, { needs: ["odd"] });
    expect(status).not.toBe("completed");
    expect(error?.message.length).toBeGreaterThan(0);
    await works(team);
  });

  it.each([
    ["progress that is no number", (ctx: Ctx) => ctx.progress(Number.NaN)],
    ["progress beyond the end", (ctx: Ctx) => ctx.progress(1e300)],
    ["progress below nothing", (ctx: Ctx) => ctx.progress(-5)],
    ["a metric that is no number", (ctx: Ctx) => ctx.metric("speed", Number.NaN)],
    ["a metric without a name", (ctx: Ctx) => ctx.metric("", 1)],
    ["a metric beyond counting", (ctx: Ctx) => ctx.metric("speed", 1e300)],
    ["10,000 metrics", (ctx: Ctx) => Array.from({ length: 10_000 }, (_, index) => ctx.metric(`m${index}`, index))],
    ["a text of 10 MB for the log", (ctx: Ctx) => ctx.log("x".repeat(10_000_000))],
  ])("that reports %s ends its task one way or the other, and the team works on", async (_name, report) => {
    const team = await ground.team();
    team.agent("odd", { capabilities: ["odd"] }, (_task, ctx) => {
      report(ctx as unknown as Ctx);
      return 1;
    });
    const { status, error } = await outcome(team, { needs: ["odd"] });
    if (status !== "completed") expect(error?.message.length).toBeGreaterThan(0);
    await works(team);
  });
});

interface Ctx {
  progress(value: number): void;
  metric(name: string, value: number): void;
  log(text: string): void;
}
