import type { Observable } from "rxjs";
import { describe, expect, test } from "vitest";
import { around, compose, type PolicyCall } from "./index.ts";
import { code, controlled, fail, setUp, watch } from "./testing/policies.ts";

describe("compositions", () => {
  test("the outermost comes first: a retry around a timeout limits each attempt", async () => {
    const { clock, policies } = setUp();
    const policy = compose(policies.retry({ maxAttempts: 3, initialDelayMs: 10, jitter: 0 }), policies.timeout(100));
    const { calls, work } = controlled<string>();
    const seen = watch(policy.run(work));
    await clock.advanceAsync(1_000);
    expect(calls.map(({ call }) => call.attempt)).toEqual([1, 2, 3]);
    expect(code(seen.error)).toBe("REQUEST_TIMEOUT");
  });

  test("a timeout around a retry limits all of it", async () => {
    const { clock, policies } = setUp();
    const policy = compose(policies.timeout(100), policies.retry({ initialDelayMs: 60, maxAttempts: 9, jitter: 0 }));
    let made = 0;
    const seen = watch(
      policy.run(() => {
        made += 1;
        return fail();
      }),
    );
    await clock.advanceAsync(10_000);
    expect([made, code(seen.error)]).toEqual([2, "REQUEST_TIMEOUT"]);
    expect(clock.timers).toBe(0);
  });

  test("a guarded function takes the caller's signal from its arguments", async () => {
    const { clock, policies } = setUp();
    const load = around(
      policies.timeout(100),
      (call, url: string, _init: { signal?: AbortSignal }) =>
        new Promise<string>((_, reject) => call.signal.addEventListener("abort", () => reject(new Error(url)))),
      { signalOf: (_url, init) => init.signal },
    );
    const abort = new AbortController();
    const seen = watch(load("a", { signal: abort.signal }));
    await clock.settle();
    abort.abort("stop");
    await clock.settle();
    expect(seen.error).toBe("stop");
  });

  test("a policy of one's own takes part", async () => {
    const { policies } = setUp();
    const log: number[] = [];
    const own = {
      run: async <T>(
        work: (call: PolicyCall) => T | PromiseLike<T>,
        options?: PolicyCall | { signal?: AbortSignal },
      ) => {
        log.push((options as PolicyCall).attempt);
        return await work(options as PolicyCall);
      },
    };
    expect(await compose(policies.retry(), own, policies.timeout(10)).run(({ attempt }) => attempt)).toBe(1);
    expect(log).toEqual([1]);
  });

  test("none at all is the function itself", async () => {
    expect(await compose().run(() => 5)).toBe(5);
  });
});

describe("what policies tell", () => {
  test("each tells what it does to calls, and nothing of calls it only passes on", async () => {
    const { clock, policies } = setUp();
    const told: unknown[] = [];
    const bulkhead = policies.bulkhead({ limit: 1, queue: 1 });
    const limit = policies.rateLimit({ permits: 1, perMs: 100, queue: 1 });
    const hedge = policies.hedge({ delayMs: 10 });
    const timeout = policies.timeout(20);
    const fallback = policies.fallback(() => "instead");
    const all: { readonly events$: Observable<unknown> }[] = [bulkhead, limit, hedge, timeout, fallback];
    for (const { events$ } of all) events$.subscribe((event) => told.push(event));
    for (const policy of [timeout, bulkhead, fallback]) await policy.run(() => "fine");
    expect(told).toEqual([]);
    const { work } = controlled<string>();
    for (let each = 0; each < 3; each++) watch(bulkhead.run(work));
    for (let each = 0; each < 3; each++) watch(limit.run(() => 0));
    watch(hedge.run(({ attempt }) => (attempt === 2 ? "second" : new Promise<string>(() => {}))));
    watch(timeout.run(work));
    watch(fallback.run(fail));
    await clock.advanceAsync(20);
    expect(told).toEqual([
      { type: "queued", queued: 1 },
      { type: "refused", running: 1, queued: 1 },
      { type: "delayed", queued: 1 },
      { type: "refused", retryAfterMs: 200 },
      { type: "fellBack", error: new Error("down") },
      { type: "hedged", attempt: 2 },
      { type: "won", attempt: 2 },
      { type: "timedOut", timeoutMs: 20 },
    ]);
  });

  test("a signal that outlives the calls keeps nothing of them", async () => {
    const { clock, policies } = setUp();
    const { signal } = new AbortController();
    let listeners = 0;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    const all = compose(
      policies.retry({ maxAttempts: 2 }),
      policies.circuitBreaker(),
      policies.bulkhead(),
      policies.hedge(),
      policies.timeout(50),
    );
    const seen = [watch(all.run(() => "fine", { signal })), watch(all.run(fail, { signal }))];
    await clock.settle();
    expect(listeners).toBeGreaterThan(0);
    await clock.advanceAsync(10_000);
    expect(seen.map(({ settled }) => settled)).toEqual([true, true]);
    expect(listeners).toBe(0);
  });
});

describe("options", () => {
  const { policies } = setUp();
  test.each<[string, () => unknown, string]>([
    ["no attempts", () => policies.retry({ maxAttempts: 0 }), "maxAttempts"],
    ["half an attempt", () => policies.retry({ maxAttempts: 1.5 }), "maxAttempts"],
    ["a wait below zero", () => policies.retry({ initialDelayMs: -1 }), "initialDelayMs"],
    ["a wait without end", () => policies.retry({ maxDelayMs: Number.POSITIVE_INFINITY }), "maxDelayMs"],
    ["waits that shrink", () => policies.retry({ multiplier: 0.5 }), "multiplier"],
    ["jitter above one", () => policies.retry({ jitter: 1.1 }), "jitter"],
    ["no number", () => policies.retry({ jitter: Number.NaN }), "jitter"],
    ["text", () => policies.timeout("5" as unknown as number), "timeoutMs"],
    ["no time at all", () => policies.timeout(0), "timeoutMs"],
    ["no failures", () => policies.circuitBreaker({ failures: 0 }), "failures"],
    ["no window", () => policies.circuitBreaker({ windowMs: 0 }), "windowMs"],
    ["a share in per cent", () => policies.circuitBreaker({ failureShare: 50 }), "failureShare"],
    ["no probes", () => policies.circuitBreaker({ probes: 0 }), "probes"],
    ["no places", () => policies.bulkhead({ limit: 0 }), "limit"],
    ["a queue below zero", () => policies.bulkhead({ queue: -1 }), "queue"],
    ["no permits", () => policies.rateLimit({ permits: 0 }), "permits"],
    ["no time", () => policies.rateLimit({ permits: 1, perMs: 0 }), "perMs"],
    ["too many copies", () => policies.hedge({ maxAttempts: 101 }), "maxAttempts"],
  ])("%s is refused by the name of the option", (_, make, option) => {
    expect(make).toThrow(
      expect.objectContaining({ code: "POLICY_INVALID", details: expect.objectContaining({ option }) }),
    );
  });
});
