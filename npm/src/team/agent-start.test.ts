import { afterEach, describe, expect, test } from "vitest";
import type { AgentContext } from "../hosts/agent.ts";
import type { AgentSetup } from "../hosts/host.ts";
import { memoryStore } from "../stores/memory/memory-store.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import type { Team } from "./team.ts";
import { pass, scriptedHost, Teams } from "./testing/teams.ts";

const teams = new Teams();
afterEach(() => teams.close());

async function outcome(team: Team): Promise<unknown> {
  return (await team.orchestrate({ tasks: [{ key: "a" }] }).result).outputs.a;
}

/** Says what happens to its agents. */
function recorder(fails: () => boolean = () => false) {
  const said: string[] = [];
  return {
    said,
    start: (ctx: AgentSetup): unknown => {
      said.push(`start ${ctx.name}`);
      if (fails()) throw new Error("no route");
      return { name: ctx.name, config: ctx.config };
    },
    perform: (_task: unknown, ctx: AgentContext): unknown => [ctx.instance, ctx.config],
    stop: (instance: unknown, ctx: AgentSetup): void => {
      said.push(`stop ${ctx.name} ${JSON.stringify(instance)}`);
    },
  };
}

describe("an agent that has to be prepared", () => {
  test("is, before its first try, with its configuration, and put away after its last", async () => {
    const team = await teams.open();
    const code = recorder();
    const seen: string[] = [];
    team.events$.subscribe(({ type }) => seen.push(type));
    const agent = team.agent("ada", { config: { model: "small" } }, code);
    await agent.ready;
    expect(seen.filter((type) => type.startsWith("Agent"))).toEqual([
      "AgentRegistered",
      "AgentStarting",
      "AgentStarted",
    ]);
    expect(await outcome(team)).toEqual([{ name: "ada", config: { model: "small" } }, { model: "small" }]);
    await outcome(team);
    expect(code.said).toEqual(["start ada"]);
    await team.drain();
    expect(code.said).toEqual(["start ada", 'stop ada {"name":"ada","config":{"model":"small"}}']);
    expect((await team.agents())[0]?.status).toBe("stopped");
  });

  test("finds what it saved, and is prepared anew by a team that is opened again", async () => {
    const store = memoryStore();
    const seen: unknown[] = [];
    const code = {
      start: async (ctx: AgentSetup) => seen.push(await ctx.state()),
      perform: (_task: unknown, ctx: AgentContext) => ctx.saveState("warm"),
    };
    const first = await teams.open({ store });
    await first.agent("ada", code).ready;
    await outcome(first);
    await first.close();
    const second = await teams.open({ store });
    await second.agent("ada", code).ready;
    expect(seen).toEqual([undefined, "warm"]);
  });

  test("is tried again by the rules for restarts when that fails", async () => {
    const clock = new FakeClock();
    const team = await teams.open({ clock });
    let failures = 2;
    const code = recorder(() => failures-- > 0);
    const seen: string[] = [];
    team.events$.subscribe(({ type }) => seen.push(type));
    const agent = team.agent("ada", code);
    await pass(clock, 20_000);
    await agent.ready;
    expect(code.said).toEqual(["start ada", "start ada", "start ada"]);
    expect(seen.filter((type) => type === "AgentRestarting")).toHaveLength(2);
    expect(await outcome(team)).toBeDefined();
  });

  test("is given up after three restarts, and says why", async () => {
    const clock = new FakeClock();
    const errors: Error[] = [];
    const team = await teams.open({ clock, onError: (error) => errors.push(error) });
    const code = recorder(() => true);
    const refused = expect(team.agent("ada", code).ready).rejects.toMatchObject({
      code: "HOST_START_FAILED",
      message: expect.stringContaining("no route"),
    });
    await pass(clock, 60_000);
    await refused;
    expect(code.said).toHaveLength(4);
    expect(errors).toHaveLength(1);
    expect((await team.agents())[0]?.status).toBe("failed");
  });

  test("has a limited time for it, and is told when that is over", async () => {
    const clock = new FakeClock();
    const team = await teams.open({ clock, agents: { startTimeoutMs: 10_000, restartMax: 0 } });
    const signals: AbortSignal[] = [];
    const code = {
      start: ({ signal }: AgentSetup) => new Promise(() => signals.push(signal)),
      perform: () => 1,
    };
    const refused = expect(team.agent("slow", code).ready).rejects.toMatchObject({ code: "HOST_START_FAILED" });
    await pass(clock, 9_000);
    expect(signals[0]?.aborted).toBe(false);
    await pass(clock, 2_000);
    await refused;
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    const closed = team.close();
    await pass(clock, 31_000);
    await closed;
  });

  test("is stopped while it is being prepared, and put away when it was", async () => {
    const clock = new FakeClock();
    const team = await teams.open({ clock });
    const started = Promise.withResolvers<string>();
    const said: unknown[] = [];
    const code = {
      start: () => started.promise,
      perform: () => 1,
      stop: (instance: unknown) => said.push(instance),
    };
    const agent = team.agent("ada", code);
    const refused = expect(agent.ready).rejects.toMatchObject({ code: "HOST_START_FAILED" });
    await clock.settle();
    await agent.stop();
    await refused;
    started.resolve("late");
    await clock.settle();
    expect(said).toEqual(["late"]);
    expect((await team.agents())[0]?.status).toBe("stopped");
  });

  test("has an instance of its own in a pool", async () => {
    const clock = new FakeClock();
    const team = await teams.open({ clock });
    const code = recorder();
    const pool = team.pool("crew", { min: 2, max: 2, maxLoad: 1, config: 7 }, code);
    await pool.ready;
    await clock.settle();
    const { outputs } = await team.orchestrate({ tasks: [{ key: "a" }, { key: "b" }] }).result;
    const names = Object.values(outputs).map((output) => (output as [{ name: string }])[0].name);
    expect(names.sort()).toEqual(["crew_001", "crew_002"]);
    await pool.stop();
    await pass(clock, 5_000);
    expect(code.said.filter((text) => text.startsWith("stop")).sort()).toEqual([
      'stop crew_001 {"name":"crew_001","config":7}',
      'stop crew_002 {"name":"crew_002","config":7}',
    ]);
  });

  test("is put away when its team is closed, and holds that up for so long only", async () => {
    const clock = new FakeClock();
    const team = await teams.open({ clock });
    const signals: AbortSignal[] = [];
    const code = {
      perform: () => 1,
      stop: (_: unknown, { signal }: AgentSetup) => new Promise(() => signals.push(signal)),
    };
    await team.agent("clingy", code).ready;
    let isClosed = false;
    const closed = team.close().then(() => {
      isClosed = true;
    });
    await pass(clock, 29_000);
    expect([isClosed, signals[0]?.aborted]).toEqual([false, false]);
    await pass(clock, 2_000);
    await closed;
    expect(signals[0]?.aborted).toBe(true);
  });

  test("may run on a host of somebody's own, with a health check beside it", async () => {
    const team = await teams.open();
    const said: string[] = [];
    const host = {
      ...scriptedHost({}),
      start: async ({ name, config }: AgentSetup) => void said.push(`start ${name} ${config}`),
      stop: async ({ name }: AgentSetup) => void said.push(`stop ${name}`),
    };
    const agent = team.host("own", { config: 3, healthCheck: () => true }, host);
    await agent.ready;
    await outcome(team);
    await team.drain();
    expect(said).toEqual(["start own 3", "stop own"]);
  });
});
