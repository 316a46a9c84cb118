import type { Observable } from "rxjs";
import { describe, expect, expectTypeOf, test } from "vitest";
import { PolyphonError } from "../errors/error.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { around, compose, Policies, type PolicyCall } from "./index.ts";

const setUp = () => {
  const clock = new FakeClock();
  return { clock, policies: new Policies({ clock, seed: 7 }) };
};

/** What a promise came to, looked at without waiting. */
const watch = <T>(promise: Promise<T>) => {
  const seen: { value?: T; error?: unknown; settled: boolean } = { settled: false };
  promise.then(
    (value) => Object.assign(seen, { value, settled: true }),
    (error) => Object.assign(seen, { error, settled: true }),
  );
  return seen;
};

/** A function that ends when it is told to. */
const controlled = <T>() => {
  const calls: { call: PolicyCall; resolve(value: T): void; reject(error: unknown): void }[] = [];
  const work = (call: PolicyCall) =>
    new Promise<T>((resolve, reject) => {
      calls.push({ call, resolve, reject });
    });
  return { calls, work };
};

const fail = () => Promise.reject(new Error("down"));
const code = (error: unknown) => (error as PolyphonError).code;

describe("retry", () => {
  test("waits longer each time, gives up after the last attempt, and rejects with its own error", async () => {
    const { clock, policies } = setUp();
    const retry = policies.retry({ maxAttempts: 4, initialDelayMs: 100, multiplier: 3, maxDelayMs: 500, jitter: 0 });
    const delays: number[] = [];
    retry.events$.subscribe((event) => delays.push(event.type === "retrying" ? event.delayMs : -event.attempts));
    const at: number[] = [];
    const seen = watch(
      retry.run(({ attempt }) => {
        at.push(clock.monoMs());
        throw new Error(`attempt ${attempt}`);
      }),
    );
    await clock.advanceAsync(10_000);
    expect(at).toEqual([0, 100, 400, 900]);
    expect(delays).toEqual([100, 300, 500, -4]);
    expect((seen.error as Error).message).toBe("attempt 4");
    expect(retry.statistics).toMatchObject({ calls: 1, failed: 1, retries: 3, exhausted: 1, active: 0 });
  });

  test("leaves alone what says that a repeat cannot help", async () => {
    const { clock, policies } = setUp();
    const retry = policies.retry();
    const seen = watch(
      retry.run(() => {
        throw new PolyphonError("POLICY_INVALID", { message: "no" });
      }),
    );
    await clock.settle();
    expect(code(seen.error)).toBe("POLICY_INVALID");
    expect(retry.statistics).toMatchObject({ retries: 0, exhausted: 0 });
  });

  test("comes no earlier than it was asked to, and not at all when that is beyond its longest wait", async () => {
    const { clock, policies } = setUp();
    const retry = policies.retry({ maxAttempts: 2, initialDelayMs: 10, maxDelayMs: 1_000, jitter: 0 });
    const refusing = (retryAfterMs: number) => {
      const at: number[] = [];
      const promise = retry.run(() => {
        at.push(clock.monoMs());
        throw new PolyphonError("RATE_LIMITED", { message: "later", retryAfterMs });
      });
      return { at, seen: watch(promise) };
    };
    const soon = refusing(700);
    await clock.advanceAsync(699);
    expect(soon.at).toEqual([0]);
    await clock.advanceAsync(1);
    expect(soon.at).toEqual([0, 700]);
    const late = refusing(1_001);
    await clock.advanceAsync(60_000);
    expect(late.at).toHaveLength(1);
    expect(late.seen.settled).toBe(true);
  });

  test("an abort ends the wait between attempts at once and leaves no timer", async () => {
    const { clock, policies } = setUp();
    const abort = new AbortController();
    const seen = watch(policies.retry().run(fail, { signal: abort.signal }));
    await clock.settle();
    expect(clock.timers).toBe(1);
    abort.abort("enough");
    await clock.settle();
    expect(seen.error).toBe("enough");
    expect(clock.timers).toBe(0);
  });

  test("the same seed spreads the waits in the same way, another seed otherwise", async () => {
    const delays = async (seed: number) => {
      const clock = new FakeClock();
      const retry = new Policies({ clock, seed }).retry({ maxAttempts: 5, jitter: 1 });
      const seen: number[] = [];
      retry.events$.subscribe((event) => event.type === "retrying" && seen.push(event.delayMs));
      watch(retry.run(fail));
      await clock.advanceAsync(100_000);
      return seen;
    };
    expect(await delays(1)).toEqual(await delays(1));
    expect(await delays(1)).not.toEqual(await delays(2));
  });
});

describe("timeout", () => {
  test("ends the wait, tells the function, and leaves no timer", async () => {
    const { clock, policies } = setUp();
    const timeout = policies.timeout(5_000, { name: "answer" });
    const { calls, work } = controlled<string>();
    const seen = watch(timeout.run(work));
    await clock.advanceAsync(4_999);
    expect(seen.settled).toBe(false);
    const signal = calls[0]?.call.signal as AbortSignal;
    await clock.advanceAsync(1);
    expect(code(seen.error)).toBe("REQUEST_TIMEOUT");
    expect((seen.error as Error).message).toContain("answer");
    expect(signal.reason).toBe(seen.error);
    expect(clock.timers).toBe(0);
    expect(timeout.statistics.timedOut).toBe(1);
  });

  test("an answer in time calls the timer off and aborts nothing", async () => {
    const { clock, policies } = setUp();
    const { calls, work } = controlled<string>();
    const seen = watch(policies.timeout(50).run(work));
    await clock.settle();
    calls[0]?.resolve("yes");
    await clock.settle();
    expect(seen.value).toBe("yes");
    expect(clock.timers).toBe(0);
    expect(calls[0]?.call.signal.aborted).toBe(false);
  });

  test("the caller's signal reaches the function through all layers, and its reason the caller", async () => {
    const { clock, policies } = setUp();
    const abort = new AbortController();
    const all = compose(policies.retry(), policies.circuitBreaker(), policies.bulkhead(), policies.timeout(50));
    const { calls, work } = controlled<string>();
    const seen = watch(all.run(work, { signal: abort.signal }));
    await clock.settle();
    abort.abort("gone");
    expect(calls[0]?.call.signal.reason).toBe("gone");
    await clock.settle();
    expect(seen.error).toBe("gone");
    expect(clock.timers).toBe(0);
  });

  test("a call that is aborted beforehand is not made", async () => {
    const { clock, policies } = setUp();
    let made = 0;
    const signal = AbortSignal.abort("before");
    const kinds = [policies.retry(), policies.timeout(1), policies.bulkhead(), policies.hedge()];
    for (const policy of [...kinds, policies.circuitBreaker(), policies.rateLimit({ permits: 1 })]) {
      const seen = watch(policy.run(() => made++, { signal }));
      await clock.settle();
      expect(seen.error).toBe("before");
    }
    expect(made).toBe(0);
  });
});

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

describe("hedge", () => {
  test("starts a copy when the first is silent; the first answer counts and the loser is aborted", async () => {
    const { clock, policies } = setUp();
    const hedge = policies.hedge({ delayMs: 50 });
    const { calls, work } = controlled<string>();
    const seen = watch(hedge.run(work));
    await clock.advanceAsync(49);
    expect(calls).toHaveLength(1);
    await clock.advanceAsync(1);
    expect(calls.map(({ call }) => call.attempt)).toEqual([1, 2]);
    calls[1]?.resolve("second");
    await clock.settle();
    expect(seen.value).toBe("second");
    expect(calls[0]?.call.signal.reason).toMatchObject({ name: "AbortError" });
    expect(calls[1]?.call.signal.aborted).toBe(false);
    expect(hedge.statistics).toMatchObject({ hedges: 1, wonByHedge: 1, succeeded: 1 });
    expect(clock.timers).toBe(0);
  });

  test("a copy that failed is replaced at once; when all failed the last error counts", async () => {
    const { clock, policies } = setUp();
    const hedge = policies.hedge({ delayMs: 50, maxAttempts: 3 });
    const { calls, work } = controlled<string>();
    const seen = watch(hedge.run(work));
    await clock.settle();
    calls[0]?.reject(new Error("one"));
    await clock.settle();
    expect(calls).toHaveLength(2);
    await clock.advanceAsync(50);
    expect(calls).toHaveLength(3);
    calls[2]?.reject(new Error("three"));
    await clock.settle();
    expect(seen.settled).toBe(false);
    calls[1]?.reject(new Error("two"));
    await clock.settle();
    expect((seen.error as Error).message).toBe("two");
    expect(clock.timers).toBe(0);
  });

  test("an answer that will not change is not asked for again", async () => {
    const { clock, policies } = setUp();
    let asked = 0;
    const seen = watch(
      policies.hedge({ delayMs: 1 }).run(() => {
        asked += 1;
        throw new PolyphonError("POLICY_INVALID", { message: "no" });
      }),
    );
    await clock.advanceAsync(100);
    expect([asked, code(seen.error)]).toEqual([1, "POLICY_INVALID"]);
  });
});

describe("fallback", () => {
  test("answers in the place of a failure, but not of an abort nor of what it is not for", async () => {
    const { clock, policies } = setUp();
    const fallback = policies.fallback(async (error) => (error as Error).message.length, {
      fallbackIf: (error) => (error as Error).message !== "mine",
    });
    expect(await fallback.run(fail)).toBe(4);
    expect(await fallback.run(() => "fine")).toBe("fine");
    await expect(fallback.run(() => Promise.reject(new Error("mine")))).rejects.toThrow("mine");
    const abort = new AbortController();
    const seen = watch(fallback.run(controlled().work, { signal: abort.signal }));
    abort.abort("gone");
    await clock.settle();
    expect(seen.error).toBe("gone");
    expect(fallback.statistics).toMatchObject({ fellBack: 1 });
  });

  test("its answer has a place in the type of the composition", () => {
    const { policies } = setUp();
    const both = compose(
      policies.retry(),
      policies.fallback(() => 0),
    );
    const guarded = around(both, async (_call, name: string, times: number) => name.repeat(times));
    expectTypeOf(guarded).toEqualTypeOf<(name: string, times: number) => Promise<string | number>>();
    expectTypeOf(around(policies.retry(), (_call, name: string) => name)).toEqualTypeOf<
      (name: string) => Promise<string>
    >();
  });
});

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
