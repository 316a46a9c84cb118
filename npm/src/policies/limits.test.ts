import { describe, expect, test } from "vitest";
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
});
