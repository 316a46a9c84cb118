import { afterEach, expect, test } from "vitest";
import type { AgentHost, AttemptResult } from "../hosts/host.ts";
import { attemptOf, RecordingSink } from "../hosts/testing/attempts.ts";
import { Policies, type Policy } from "../policies/index.ts";
import { code } from "../policies/testing/policies.ts";
import { Teams } from "../team/testing/teams.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { AttemptFailed, withPolicies } from "./policed.ts";

const teams = new Teams();
afterEach(() => teams.close());

const ENDED = {
  ok: true,
  metrics: {},
  artifacts: [],
  usage: { memoryPeakBytes: null, cpuMs: null, diskBytes: null },
  durationMs: 1,
} as const;

const FAILED: AttemptResult = { ...ENDED, ok: false, error: { type: "network_error", message: "down" } };

/** A host whose attempts end when the test says so. */
function heldHost() {
  const runs: { readonly signal: AbortSignal; end(result: AttemptResult): void }[] = [];
  const host: AgentHost = {
    kind: "function",
    run: (_attempt, _sink, signal) => new Promise((end) => runs.push({ signal, end })),
    close: async () => undefined,
  };
  return { host, runs };
}

/** Attempts of one agent under policies, and the hands that end them. */
function setUp(make: (policies: Policies) => readonly Policy<unknown>[]) {
  const clock = new FakeClock();
  const { host, runs } = heldHost();
  const policed = withPolicies(host, make(new Policies({ clock, seed: 7 })));
  const run = (signal = new AbortController().signal) => policed.run(attemptOf(), new RecordingSink(), signal);
  return { clock, runs, run };
}

test("an open breaker refuses attempts, for as long as it is open, and failed ones open it", async () => {
  const { clock, runs, run } = setUp((make) => [make.circuitBreaker({ failures: 2, timeoutMs: 0, resetMs: 30_000 })]);
  for (const at of [0, 1]) {
    const failing = run();
    runs[at]?.end(FAILED);
    expect(await failing).toBe(FAILED);
  }
  await clock.advanceAsync(10_000);
  expect(await run()).toMatchObject({
    ok: false,
    refused: { pauseMs: 20_000 },
    error: { type: "agent_unavailable", code: "BREAKER_OPEN" },
  });
  expect(runs).toHaveLength(2);
  await clock.advanceAsync(20_000);
  const probe = run();
  expect(await run(), "the probe decides in a moment").toMatchObject({ refused: { pauseMs: 0 } });
  runs[2]?.end(ENDED);
  expect(await probe).toBe(ENDED);
});

test("what counts against the agent is told by the type of the error", async () => {
  const isDown = (error: unknown): boolean => error instanceof AttemptFailed && error.errorType === "network_error";
  const { runs, run } = setUp((make) => [make.circuitBreaker({ failures: 1, timeoutMs: 0, failureIf: isDown })]);
  const wrong = run();
  runs[0]?.end({ ...FAILED, error: { type: "logic_error", message: "wrong" } });
  await wrong;
  const down = run();
  runs[1]?.end(FAILED);
  await down;
  expect(await run()).toMatchObject({ refused: {} });
});

test("a full bulkhead refuses, one with a line lets attempts wait", async () => {
  const { runs, run } = setUp((make) => [make.bulkhead({ limit: 1, queue: 1 })]);
  const [first, second] = [run(), run()];
  expect(await run()).toMatchObject({ refused: { pauseMs: 0 }, error: { code: "BULKHEAD_FULL" } });
  runs[0]?.end(ENDED);
  await first;
  await Promise.resolve();
  runs[1]?.end(ENDED);
  expect(await second).toBe(ENDED);
});

test("an attempt that is asked to end while it waits has not begun", async () => {
  const { runs, run } = setUp((make) => [make.bulkhead({ limit: 1, queue: 1 })]);
  void run();
  const stop = new AbortController();
  const waiting = run(stop.signal);
  stop.abort(Object.assign(new Error("the work was cancelled"), { errorType: "cancelled" }));
  expect(await waiting).toMatchObject({ ok: false, error: { type: "cancelled" } });
  expect(await waiting).not.toHaveProperty("refused");
  expect(runs).toHaveLength(1);
});

test("a rate limit says when to come again", async () => {
  const { runs, run } = setUp((make) => [make.rateLimit({ permits: 1, perMs: 10_000 })]);
  void run();
  expect(await run()).toMatchObject({ refused: { pauseMs: 10_000 }, error: { code: "RATE_LIMITED" } });
  expect(runs).toHaveLength(1);
});

test("a timeout asks the attempt to end and waits for that", async () => {
  const { clock, runs, run } = setUp((make) => [make.timeout(5_000)]);
  let result: AttemptResult | undefined;
  const running = run().then((ended) => {
    result = ended;
  });
  await clock.advanceAsync(5_000);
  expect(runs[0]?.signal.aborted).toBe(true);
  expect(result, "it still works").toBeUndefined();
  runs[0]?.end({ ...ENDED, durationMs: 5_100 });
  await running;
  expect(result).toMatchObject({ ok: false, durationMs: 5_100, error: { type: "timeout", code: "REQUEST_TIMEOUT" } });
  expect(result).not.toHaveProperty("refused");
});

test("a fallback answers for what failed and for what was refused; what was measured stays", async () => {
  const { runs, run } = setUp((make) => [
    make.fallback((error) => ({ instead: (error as Error).message })),
    make.circuitBreaker({ failures: 1, timeoutMs: 0 }),
  ]);
  const failing = run();
  runs[0]?.end({ ...FAILED, metrics: { tokens: 12 } });
  expect(await failing).toEqual({ ...ENDED, metrics: { tokens: 12 }, output: { instead: "down" } });
  expect(await run()).toMatchObject({ ok: true, output: { instead: expect.stringContaining("none are let through") } });
});

test("a fallback that answers what JSON cannot hold, or fails itself, fails the attempt", async () => {
  const odd = setUp((make) => [make.fallback(() => 1n)]);
  const first = odd.run();
  odd.runs[0]?.end(FAILED);
  expect(await first).toMatchObject({ ok: false, error: { code: "HOST_OUTPUT_INVALID" } });
  const broken = setUp((make) => [
    make.fallback(() => {
      throw new TypeError("no fallback either");
    }),
  ]);
  const second = broken.run();
  broken.runs[0]?.end(FAILED);
  expect(await second).toMatchObject({ ok: false, error: { message: "no fallback either" } });
});

test("policies that repeat are refused, those of others when they do it", async () => {
  const make = new Policies({ clock: new FakeClock(), seed: 7 });
  const { host, runs } = heldHost();
  for (const policy of [make.retry(), make.hedge()]) {
    expect(() => withPolicies(host, [make.timeout(5), policy])).toThrow(
      expect.objectContaining({ code: "POLICY_INVALID" }),
    );
  }
  const twice: Policy = {
    run: async (work, options) => {
      await work(options as never);
      return await work(options as never);
    },
  };
  const run = withPolicies(host, [twice]).run(attemptOf(), new RecordingSink(), new AbortController().signal);
  runs[0]?.end(ENDED);
  expect(await run).toMatchObject({ ok: false, error: { code: "POLICY_INVALID" } });
  expect(runs).toHaveLength(1);
});

test("an agent whose breaker opens is given nothing, is shown as degraded, and its work waits or goes to others", async () => {
  const clock = new FakeClock();
  const team = await teams.open({ clock });
  const make = new Policies({ clock, seed: 7 });
  const breaker = make.circuitBreaker({ failures: 2, resetMs: 30_000 });
  let isDown = true;
  const calls: string[] = [];
  team.agent("caller", { capabilities: ["ask"], policies: [breaker], maxLoad: 1 }, (task) => {
    calls.push(task.key);
    if (isDown) throw Object.assign(new Error("down"), { errorType: "network_error" });
    return task.key;
  });
  const plan = (key: string) => ({ tasks: [{ key, needs: ["ask"] }], recovery: { maxRetries: 0 } });
  for (const key of ["a", "b"]) await team.orchestrate(plan(key)).result;
  expect(breaker.state).toBe("open");
  const before = calls.length;
  const waiting = team.orchestrate(plan("c"));
  await waiting.ready;
  await clock.advanceAsync(1_000);
  const [agent] = await team.agents();
  expect(agent).toMatchObject({ health: "degraded", pausedUntilMs: expect.any(Number), load: 0 });
  expect(calls).toHaveLength(before);
  expect((await waiting.view()).tasks[0]?.history.map(({ outcome }) => outcome)).toEqual(["refused"]);
  team.agent("other", { capabilities: ["ask"] }, () => "other");
  expect(await waiting.result).toMatchObject({ outputs: { c: "other" } });
  isDown = false;
  await clock.advanceAsync(30_000);
  const [rested] = await team.agents();
  expect(rested).toMatchObject({ health: "healthy", pausedUntilMs: null });
});

test("the agents of a pool share their policies; options that repeat are refused before anything is registered", async () => {
  const clock = new FakeClock();
  const team = await teams.open({ clock });
  const make = new Policies({ clock, seed: 7 });
  const bulkhead = make.bulkhead({ limit: 1, queue: 10 });
  let running = 0;
  let most = 0;
  team.pool("crew", { max: 3, capabilities: ["ask"], policies: [bulkhead], maxLoad: 1 }, async (task) => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running -= 1;
    return task.key;
  });
  const tasks = ["a", "b", "c", "d", "e", "f"].map((key) => ({ key, needs: ["ask"] }));
  const session = team.orchestrate({ tasks });
  for (let step = 0; step < 20; step++) await clock.advanceAsync(1_000);
  expect((await session.result).status).toBe("completed");
  expect(most).toBe(1);
  let thrown: unknown;
  try {
    team.agent("hasty", { policies: [make.retry()] }, () => 1);
  } catch (error) {
    thrown = error;
  }
  expect(code(thrown)).toBe("POLICY_INVALID");
  expect((await team.agents()).map(({ name }) => name)).not.toContain("hasty");
});
