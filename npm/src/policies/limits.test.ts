import { describe, expect, test } from "vitest";
import { around, compose } from "./index.ts";
import { code, controlled, setUp, watch } from "./testing/policies.ts";

describe("bulkhead", () => {
  test("runs so many, lets so many wait in their order, and refuses the rest", async () => {
    const { clock, policies } = setUp();
    const bulkhead = policies.bulkhead({ limit: 2, queue: 2 });
    const { calls, work } = controlled<number>();
    const seen = [1, 2, 3, 4, 5].map(() => watch(bulkhead.run(work)));
    await clock.settle();
    expect(calls).toHaveLength(2);
    expect(code(seen[4]?.error)).toBe("BULKHEAD_FULL");
    expect(bulkhead.statistics).toMatchObject({ running: 2, queued: 2, refused: 1, active: 4 });
    calls[1]?.reject(new Error("down"));
    await clock.settle();
    calls[2]?.resolve(3);
    await clock.settle();
    expect(seen.map(({ settled }) => settled)).toEqual([false, true, true, false, true]);
    calls[0]?.resolve(1);
    calls[3]?.resolve(4);
    await clock.settle();
    expect(bulkhead.statistics).toMatchObject({ running: 0, queued: 0, succeeded: 3, failed: 2 });
  });

  test("who gives up while waiting makes room for another", async () => {
    const { clock, policies } = setUp();
    const bulkhead = policies.bulkhead({ limit: 1, queue: 1 });
    const { calls, work } = controlled<number>();
    watch(bulkhead.run(work));
    const abort = new AbortController();
    const left = watch(bulkhead.run(work, { signal: abort.signal }));
    await clock.settle();
    abort.abort("bored");
    const next = watch(bulkhead.run(work));
    calls[0]?.resolve(1);
    await clock.settle();
    calls[1]?.resolve(2);
    await clock.settle();
    expect([left.error, next.value]).toEqual(["bored", 2]);
    expect(bulkhead.statistics).toMatchObject({ running: 0, queued: 0, refused: 0 });
  });

  test("a caller that gave up does not free the place of a function that still runs", async () => {
    const { clock, policies } = setUp();
    const bulkhead = policies.bulkhead({ limit: 1 });
    const { calls, work } = controlled<number>();
    const abort = new AbortController();
    watch(bulkhead.run(work, { signal: abort.signal }));
    await clock.settle();
    abort.abort();
    await clock.settle();
    expect(bulkhead.statistics.running).toBe(1);
    calls[0]?.resolve(1);
    await clock.settle();
    expect(bulkhead.statistics.running).toBe(0);
  });
});

describe("rate limit", () => {
  test("lets the burst through, then one per interval, in order; refuses when the line is full", async () => {
    const { clock, policies } = setUp();
    const limit = policies.rateLimit({ permits: 10, perMs: 1_000, burst: 2, queue: 2 });
    const at: [number, number][] = [];
    const seen = [1, 2, 3, 4, 5].map((each) => watch(limit.run(() => at.push([each, clock.monoMs()]))));
    await clock.settle();
    expect(code(seen[4]?.error)).toBe("RATE_LIMITED");
    expect(seen[4]?.error).toMatchObject({ retryAfterMs: 300 });
    await clock.advanceAsync(1_000);
    expect(at).toEqual([
      [1, 0],
      [2, 0],
      [3, 100],
      [4, 200],
    ]);
    expect(limit.statistics).toMatchObject({ delayed: 2, refused: 1, queued: 0, available: 2 });
    expect(clock.timers).toBe(0);
  });

  test("nobody overtakes those who wait, and the last who leaves takes the timer along", async () => {
    const { clock, policies } = setUp();
    const limit = policies.rateLimit({ permits: 1, perMs: 100, queue: 5 });
    const order: string[] = [];
    const abort = new AbortController();
    watch(limit.run(() => order.push("first")));
    watch(limit.run(() => order.push("second")));
    const gone = watch(limit.run(() => order.push("third"), { signal: abort.signal }));
    abort.abort("no");
    await clock.advanceAsync(100);
    watch(limit.run(() => order.push("fourth")));
    await clock.advanceAsync(99);
    expect(order).toEqual(["first", "second"]);
    await clock.advanceAsync(1);
    expect(order).toEqual(["first", "second", "fourth"]);
    expect(gone.error).toBe("no");
    const lone = new AbortController();
    watch(limit.run(() => 0, { signal: lone.signal }));
    await clock.settle();
    expect(clock.timers).toBe(1);
    lone.abort();
    expect(clock.timers).toBe(0);
  });

  test("a call takes as many permits as it weighs, also through other policies; lighter ones behind it wait", async () => {
    const { clock, policies } = setUp();
    const limit = policies.rateLimit({ permits: 10, perMs: 1_000, burst: 10, queue: 3 });
    const composed = compose(policies.timeout(60_000), limit);
    const at: [string, number][] = [];
    const note = (name: string) => () => at.push([name, clock.monoMs()]);
    const ask = around(composed, (_call, name: string, _weight: number) => note(name)(), {
      weightOf: (_name, weight) => weight,
    });
    for (const [name, weight] of [
      ["eight", 8],
      ["six", 6],
      ["one", 1],
    ] as const)
      watch(ask(name, weight));
    await clock.settle();
    expect(limit.statistics).toMatchObject({ available: 2, queued: 2 });
    const full = [watch(ask("nine", 9)), watch(ask("two", 2))];
    await clock.settle();
    expect(full[1]?.error, "6, 1, 9 and 2 wait for 2 there").toMatchObject({ retryAfterMs: 1_600 });
    await clock.advanceAsync(2_000);
    expect(at).toEqual([
      ["eight", 0],
      ["six", 400],
      ["one", 500],
      ["nine", 1_400],
    ]);
  });

  test("when the first in line goes away the next one's turn comes when it is light enough", async () => {
    const { clock, policies } = setUp();
    const limit = policies.rateLimit({ permits: 10, perMs: 1_000, burst: 10, queue: 3 });
    expect(limit.take(8)).toBe(0);
    expect(limit.take(3)).toBe(100);
    const leaves = new AbortController();
    const heavy = watch(limit.run(() => "heavy", { weight: 10, signal: leaves.signal }));
    const light = watch(limit.run(() => "light", { weight: 2 }));
    await clock.settle();
    expect(light.settled).toBe(false);
    leaves.abort("no");
    await clock.settle();
    expect([heavy.error, light.value]).toEqual(["no", "light"]);
    expect(clock.timers).toBe(0);
  });

  test.each([0, 11, 1.5, Number.NaN])("a weight of %s is refused", async (weight) => {
    const { clock, policies } = setUp();
    const limit = policies.rateLimit({ permits: 10 });
    const seen = watch(limit.run(() => 1, { weight }));
    await clock.settle();
    expect(code(seen.error)).toBe("POLICY_INVALID");
    expect(() => limit.take(weight)).toThrow(expect.objectContaining({ code: "POLICY_INVALID" }));
    expect(limit.statistics.available).toBe(10);
  });
});
