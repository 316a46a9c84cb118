import { afterEach, describe, expect, test } from "vitest";
import type { AgentContext } from "../hosts/agent.ts";
import { memoryStore } from "../stores/memory/memory-store.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { faultyStore } from "../testing/faulty-store.ts";
import type { Team } from "./team.ts";
import { Teams } from "./testing/teams.ts";

const teams = new Teams();
afterEach(() => teams.close());

/** Counts its tasks in its state. */
async function counting(_task: unknown, ctx: AgentContext): Promise<number> {
  const count = ((await ctx.state<{ count: number }>())?.count ?? 0) + 1;
  await ctx.saveState({ count, padding: "x".repeat(300) });
  return count;
}

async function outcome(team: Team, key = "a"): Promise<unknown> {
  const { outputs } = await team.orchestrate({ tasks: [{ key }] }).result;
  return outputs[key];
}

describe("the state of an agent", () => {
  test("is there for its next try, also in another session, and seen from outside", async () => {
    const clock = new FakeClock();
    const team = await teams.open({ clock });
    await team.agent("counter", { maxLoad: 1 }, counting).ready;
    expect((await team.agents())[0]?.state).toBeNull();
    expect([await outcome(team), await outcome(team), await outcome(team)]).toEqual([1, 2, 3]);
    const [view] = await team.agents();
    expect(view?.state?.bytes).toBeGreaterThan(300);
    expect(view?.state?.savedMs).toBe(clock.wallMs());
    expect((await team.findAgents())[0]?.state).toEqual(view?.state);
  });

  test("outlives the team, and rows that were replaced are erased", async () => {
    const clock = new FakeClock();
    const store = memoryStore();
    const first = await teams.open({ store, clock });
    await first.agent("counter", { maxLoad: 1 }, counting).ready;
    expect([await outcome(first), await outcome(first)]).toEqual([1, 2]);
    await clock.advanceAsync(1_000);
    await first.close();
    const second = await teams.open({ store, clock });
    await second.agent("counter", { maxLoad: 1 }, counting).ready;
    expect(await outcome(second)).toBe(3);
    await clock.advanceAsync(1_000);
    const keys = [...Array(40).keys()].flatMap((n) => [`1-${n}`, `2-${n}`, `3-${n}`]);
    const kept = await Promise.all(keys.map((key) => store.payload(key)));
    expect(kept.filter((bytes) => bytes !== undefined && bytes.length > 300)).toHaveLength(1);
  });

  test("goes with the agent its owner removes", async () => {
    const clock = new FakeClock();
    const team = await teams.open({ clock });
    const agent = team.agent("counter", counting);
    await agent.ready;
    expect(await outcome(team)).toBe(1);
    await agent.stop();
    await clock.settle();
    await agent.deregister();
    await team.agent("counter", counting).ready;
    expect(await outcome(team)).toBe(1);
  });

  test("can be nothing again", async () => {
    const team = await teams.open();
    const seen: unknown[] = [];
    const perform = async (_task: unknown, ctx: AgentContext): Promise<void> => {
      seen.push(await ctx.state());
      await ctx.saveState(null);
      seen.push(await ctx.state());
      await ctx.saveState(undefined);
      seen.push(await ctx.state());
    };
    await team.agent("fickle", perform).ready;
    await outcome(team);
    expect(seen).toEqual([undefined, null, undefined]);
  });

  test("is refused when it is too large, cannot be JSON or comes too late", async () => {
    const team = await teams.open();
    const contexts: AgentContext[] = [];
    const refused: unknown[] = [];
    const code = (error: { code: string }): unknown => refused.push(error.code);
    const perform = async (_task: unknown, ctx: AgentContext): Promise<void> => {
      contexts.push(ctx);
      await ctx.saveState("x".repeat(256 * 1_024)).catch(code);
      await ctx.saveState(new Map()).catch(code);
      await ctx.saveState(() => 1).catch(code);
      await ctx.saveState("x".repeat(256 * 1_024 - 2));
    };
    await team.agent("heavy", perform).ready;
    await outcome(team);
    await contexts[0]?.saveState(1).catch(code);
    expect(refused).toEqual(["AGENT_STATE_INVALID", "PAYLOAD_INVALID", "PAYLOAD_INVALID", "LEASE_FENCED"]);
    expect((await team.agents())[0]?.state?.bytes).toBe(256 * 1_024);
  });

  test("is saved by a try that is asked to end, and the next one goes on from there", async () => {
    const clock = new FakeClock();
    const team = await teams.open({ clock });
    const perform = async (_task: unknown, ctx: AgentContext): Promise<unknown> => {
      const before = await ctx.state();
      if (before !== undefined) return before;
      await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve));
      await ctx.saveState({ step: 3 });
      throw ctx.signal.reason;
    };
    await team.agent("stubborn", perform).ready;
    const session = team.orchestrate({ tasks: [{ key: "a" }] });
    await session.ready;
    await clock.settle();
    await session.cancel();
    await session.result;
    expect(await outcome(team)).toEqual({ step: 3 });
  });

  test("what could not be written was not saved", async () => {
    const clock = new FakeClock();
    const faults = { fail: false };
    const store = faultyStore(memoryStore(), { append: () => (faults.fail ? "fail" : undefined) });
    const team = await teams.open({ store, clock });
    const refused: unknown[] = [];
    const perform = async (_task: unknown, ctx: AgentContext): Promise<unknown> => {
      await ctx.saveState(1);
      faults.fail = true;
      const saved = ctx.saveState(2).catch((error: { code: string }) => refused.push(error.code));
      clock.after(10, () => {
        faults.fail = false;
      });
      await saved;
      return ctx.state();
    };
    await team.agent("unlucky", perform).ready;
    const session = team.orchestrate({ tasks: [{ key: "a" }] });
    await clock.advanceAsync(10_000);
    expect((await session.result).outputs.a).toBe(1);
    expect(refused).toEqual(["STORE_IO"]);
  });
});
