import { afterEach, expect, test } from "vitest";
import type { AgentContext } from "../hosts/agent.ts";
import { memoryStore } from "../stores/memory/memory-store.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { faultyStore } from "../testing/faulty-store.ts";
import { pass, Teams } from "./testing/teams.ts";

const teams = new Teams();
afterEach(() => teams.close());

/** An agent that hands its context out and ends when it is told. */
function agent(): { readonly contexts: AgentContext[]; readonly end: PromiseWithResolvers<string> } & {
  perform(task: unknown, ctx: AgentContext): Promise<string>;
} {
  const contexts: AgentContext[] = [];
  const end = Promise.withResolvers<string>();
  const perform = (_task: unknown, ctx: AgentContext): Promise<string> => {
    contexts.push(ctx);
    return end.promise;
  };
  return { contexts, end, perform };
}

test("an attempt that asks for more time gets it, and is stopped when that is over", async () => {
  const clock = new FakeClock();
  const team = await teams.open({ clock });
  const { contexts, perform } = agent();
  await team.agent("slow", {}, perform).ready;
  const session = team.orchestrate({ tasks: [{ key: "a", timeoutMs: 10_000 }], recovery: { maxRetries: 0 } });
  const seen: string[] = [];
  session.events$.subscribe(({ type }) => seen.push(type));
  await session.ready;
  await clock.settle();
  const [ctx] = contexts as [AgentContext];
  await pass(clock, 8_000);
  await ctx.extend(30_000);
  await pass(clock, 29_000);
  expect(ctx.signal.aborted).toBe(false);
  await pass(clock, 2_000);
  expect(ctx.signal.aborted).toBe(true);
  expect(seen).toContain("TaskExtended");
  await expect(ctx.extend(1_000)).rejects.toMatchObject({ code: "LEASE_REVOKED", retryable: false });
});

test("what is no time is refused, and after its end an attempt gets none", async () => {
  const clock = new FakeClock();
  const team = await teams.open({ clock });
  const { contexts, end, perform } = agent();
  await team.agent("slow", {}, perform).ready;
  const session = team.orchestrate({ tasks: [{ key: "a" }] });
  await session.ready;
  await clock.settle();
  const [ctx] = contexts as [AgentContext];
  for (const ms of [Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 400 * 86_400_000, Number.MAX_VALUE])
    await expect(ctx.extend(ms)).rejects.toMatchObject({ code: "TASK_REPORT_INVALID" });
  end.resolve("done");
  await session.result;
  await expect(ctx.extend(1_000)).rejects.toMatchObject({ code: "LEASE_FENCED" });
});

test("more time is acknowledged only when it is durable", async () => {
  const clock = new FakeClock();
  let fails = false;
  const store = faultyStore(memoryStore(), { append: () => (fails ? "fail" : undefined) });
  const team = await teams.open({ clock, store });
  const { contexts, perform } = agent();
  await team.agent("slow", {}, perform).ready;
  const session = team.orchestrate({ tasks: [{ key: "a", timeoutMs: 10_000 }] });
  await session.ready;
  await clock.settle();
  const [ctx] = contexts as [AgentContext];
  fails = true;
  const refused = expect(ctx.extend(60_000)).rejects.toMatchObject({ code: "STORE_IO", retryable: true });
  await clock.settle();
  fails = false;
  await refused;
  await ctx.extend(60_000);
  await pass(clock, 50_000);
  expect(ctx.signal.aborted).toBe(false);
});
