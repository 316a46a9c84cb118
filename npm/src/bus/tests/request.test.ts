import { describe, expect, test } from "vitest";
import { PolyphonError } from "../../errors/error.ts";
import { compose, Policies } from "../../policies/index.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { Bus, type BusOptions, type Message } from "../index.ts";

const setUp = (options: BusOptions = {}) => {
  const clock = new FakeClock();
  return { clock, bus: new Bus({ clock, node: "n1", ...options }) };
};
const outcome = (promise: Promise<unknown>) =>
  promise.then(
    (value) => ({ value }),
    (error) => ({ code: (error as PolyphonError).code, error }),
  );
const never = () => new Promise(() => {});

describe("requests", () => {
  test("the answer is what the responder answers, at once or later", async () => {
    const { bus } = setUp();
    bus.respond<number>("add.one", ({ payload }) => payload + 1);
    bus.respond<number>("add.two", async ({ payload }) => payload + 2);
    expect(await bus.request("add.one", 1)).toBe(2);
    expect(await bus.request("add.two", 1)).toBe(3);
    expect(bus.statistics.requests).toMatchObject({ sent: 2, answered: 2, failed: 0, pending: 0 });
  });

  test("one responder is asked, in turn, whatever patterns they have", async () => {
    const { bus } = setUp();
    const asked: string[] = [];
    bus.respond("svc.*", () => void asked.push("star"));
    bus.respond("svc.a", () => void asked.push("exact"));
    for (let n = 0; n < 4; n++) await bus.request("svc.a");
    expect(asked.toSorted()).toEqual(["exact", "exact", "star", "star"]);
  });

  test("what the responder throws is what the request rejects with", async () => {
    const { bus } = setUp();
    const thrown = new PolyphonError("TASK_CYCLE", { message: "x" });
    bus.respond("sync", () => {
      throw thrown;
    });
    bus.respond("async", () => Promise.reject(thrown));
    expect(await outcome(bus.request("sync"))).toMatchObject({ error: thrown });
    expect(await outcome(bus.request("async"))).toMatchObject({ error: thrown });
    expect(bus.statistics.requests.failed).toBe(2);
  });

  test("nobody there is known at once", async () => {
    const { bus } = setUp();
    expect(await outcome(bus.request("svc"))).toMatchObject({ code: "REQUEST_NO_RESPONDER" });
    expect(await outcome(bus.request("svc.*"))).toMatchObject({ code: "PROTOCOL_SUBJECT_INVALID" });
  });

  test("an answer that does not come ends with a timeout after all attempts, and the responder is called once and told", async () => {
    const { bus, clock } = setUp();
    const seen: Message[] = [];
    bus.respond("svc", (message) => {
      seen.push(message);
      return never();
    });
    const asked = outcome(bus.request("svc", 1, { timeoutMs: 100, retries: 2 }));
    await clock.settle();
    const { signal } = seen[0] as Message;
    await clock.advanceAsync(299);
    expect(signal.aborted).toBe(false);
    await clock.advanceAsync(1);
    expect(await asked).toMatchObject({ code: "REQUEST_TIMEOUT" });
    expect(signal.aborted).toBe(true);
    expect(seen).toHaveLength(1);
    expect(bus.statistics.requests).toMatchObject({ timedOut: 1, repeated: 2, pending: 0 });
    await clock.settle();
    expect(clock.timers).toBe(0);
  });

  test("defaults: 5 s an attempt, three repeats", async () => {
    const { bus, clock } = setUp();
    bus.respond("svc", never);
    let isOver = false;
    const asked = outcome(bus.request("svc")).finally(() => (isOver = true));
    await clock.advanceAsync(19_999);
    expect(isOver).toBe(false);
    await clock.advanceAsync(1);
    expect(await asked).toMatchObject({ code: "REQUEST_TIMEOUT" });
  });

  test("requests with different lengths end in time, and leave no timer", async () => {
    const { bus, clock } = setUp();
    bus.respond<number>("svc", ({ payload }) => (payload === 0 ? 0 : never()));
    const ended: number[] = [];
    const ask = (timeoutMs: number, payload = 1) =>
      outcome(bus.request("svc", payload, { timeoutMs, retries: 0 })).then(() => ended.push(timeoutMs));
    const all = [ask(300), ask(100), ask(200), ask(100), ask(50, 0)];
    await clock.advanceAsync(100);
    expect(ended).toEqual([50, 100, 100]);
    await clock.advanceAsync(100);
    expect(ended).toEqual([50, 100, 100, 200]);
    await clock.advanceAsync(100);
    await Promise.all(all);
    expect(clock.timers).toBe(0);
  });

  test("a signal ends the wait with its reason and tells the responder", async () => {
    const { bus } = setUp();
    const seen: Message[] = [];
    bus.respond("svc", (message) => {
      seen.push(message);
      return never();
    });
    const controller = new AbortController();
    const asked = outcome(bus.request("svc", 1, { signal: controller.signal }));
    const reason = new Error("enough");
    const told = seen[0]?.signal;
    controller.abort(reason);
    expect(await asked).toMatchObject({ error: reason });
    expect(told?.aborted).toBe(true);
    expect(await outcome(bus.request("svc", 1, { signal: controller.signal }))).toMatchObject({ error: reason });
    expect(seen).toHaveLength(1);
  });

  test("a request that finds no room fails at once instead of waiting for its time", async () => {
    const { bus } = setUp({ requests: 3 });
    bus.respond("svc", never, { credit: 1, queue: 1 });
    const first = outcome(bus.request("svc", 1));
    const second = outcome(bus.request("svc", 2));
    const third = outcome(bus.request("svc", 3));
    expect(await second).toMatchObject({ code: "BUS_BACKPRESSURE" });
    await bus.close();
    expect(await first).toMatchObject({ code: "BUS_CLOSED" });
    expect(await third).toMatchObject({ code: expect.stringMatching(/BUS_CLOSED|REQUEST_NO_RESPONDER/) });
    expect(await outcome(bus.request("svc"))).toMatchObject({ code: "BUS_CLOSED" });
  });

  test("requests in the air are bounded", async () => {
    const { bus } = setUp({ requests: 1 });
    bus.respond("svc", never);
    void outcome(bus.request("svc"));
    expect(await outcome(bus.request("svc"))).toMatchObject({ code: "BUS_BACKPRESSURE" });
  });

  test("a request that waited too long is not begun", async () => {
    const { bus, clock } = setUp();
    const open: (() => void)[] = [];
    const seen: unknown[] = [];
    bus.respond(
      "svc",
      ({ payload }) => {
        seen.push(payload);
        return new Promise<void>((resolve) => open.push(resolve));
      },
      { credit: 1 },
    );
    const first = outcome(bus.request("svc", 1));
    const second = outcome(bus.request("svc", 2, { ttlMs: 10 }));
    clock.advance(10);
    open.shift()?.();
    await clock.settle();
    expect(await first).toEqual({ value: undefined });
    expect(await second).toMatchObject({ code: "REQUEST_EXPIRED" });
    expect(seen).toEqual([1]);
  });

  test("a responder may ask itself", async () => {
    const { bus } = setUp();
    bus.respond<number>("fact", async ({ payload }) =>
      payload <= 1 ? 1 : payload * (await bus.request<number>("fact", payload - 1)),
    );
    expect(await bus.request("fact", 5)).toBe(120);
  });

  test("answers may go to a subject like any other", async () => {
    const { bus, clock } = setUp();
    const seen: Message[] = [];
    bus.respond<number>("svc", ({ payload }) => payload + 1);
    bus.subscribe("answers", (message) => void seen.push(message));
    bus.publish("svc", 1, { replyTo: "answers" });
    await clock.settle();
    expect(seen[0]).toMatchObject({ kind: "response", payload: { result: 2, sequence: 0, done: true } });
    expect(seen[0]?.causationId).toBeDefined();
  });
});

describe("answers one by one", () => {
  const counting = (bus: Bus, made: number[] = []) => {
    bus.respond<number>("count", async function* ({ payload }) {
      try {
        for (let n = 1; n <= payload; n++) {
          made.push(n);
          yield n;
        }
      } finally {
        made.push(-1);
      }
    });
    return made;
  };

  test("a loop gets them in order until the end", async () => {
    const { bus } = setUp();
    counting(bus);
    const seen: number[] = [];
    for await (const n of bus.requestMany<number>("count", 3)) seen.push(n);
    expect(seen).toEqual([1, 2, 3]);
    for await (const _ of bus.requestMany("count", 0)) expect.unreachable();
    expect(bus.statistics.requests).toMatchObject({ answered: 2, pending: 0 });
  });

  test("the responder is never more than one ahead, and leaving the loop ends it", async () => {
    const { bus, clock } = setUp();
    const made = counting(bus);
    const iterator = bus.requestMany<number>("count", 100)[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toBe(1);
    await clock.settle();
    expect(made).toEqual([1, 2]);
    await iterator.return?.();
    await clock.settle();
    expect(made).toEqual([1, 2, -1]);
    expect(bus.statistics.requests.pending).toBe(0);
  });

  test("a single request takes the first and ends the rest", async () => {
    const { bus, clock } = setUp();
    const made = counting(bus);
    expect(await bus.request("count", 5)).toBe(1);
    await clock.settle();
    expect(made).toEqual([1, -1]);
  });

  test("an Observable gets them too, an error ends it", async () => {
    const { bus, clock } = setUp();
    bus.respond("broken", async function* () {
      yield 1;
      throw new PolyphonError("TASK_CYCLE", { message: "x" });
    });
    const seen: unknown[] = [];
    bus.requestMany("broken").subscribe({ next: (value) => seen.push(value), error: ({ code }) => seen.push(code) });
    await clock.settle();
    expect(seen).toEqual([1, "TASK_CYCLE"]);
    bus.requestMany("nobody").subscribe({ error: ({ code }) => seen.push(code) });
    await clock.settle();
    expect(seen.at(-1)).toBe("REQUEST_NO_RESPONDER");
  });

  test("silence between two answers ends it, a slow reader does not", async () => {
    const { bus, clock } = setUp();
    bus.respond("slow", async function* () {
      yield 1;
      yield 2;
      await never();
    });
    const iterator = bus.requestMany("slow", undefined, { timeoutMs: 100 })[Symbol.asyncIterator]();
    await iterator.next();
    await clock.advanceAsync(1_000);
    expect((await iterator.next()).value).toBe(2);
    const third = outcome(iterator.next());
    await clock.advanceAsync(100);
    expect(await third).toMatchObject({ code: "REQUEST_TIMEOUT" });
  });
});

describe("around requests", () => {
  test("a policy repeats whole requests and its breaker counts them", async () => {
    const { bus, clock } = setUp();
    const policies = new Policies({ clock, seed: 1 });
    const breaker = policies.circuitBreaker({ failures: 3 });
    const policy = compose(policies.retry({ maxAttempts: 3, initialDelayMs: 10, jitter: 0 }), breaker);
    let calls = 0;
    bus.respond("svc", () => {
      calls += 1;
      if (calls < 3) throw new Error("not yet");
      return "ok";
    });
    const asked = bus.request("svc", 1, { policy });
    await clock.advanceAsync(100);
    expect(await asked).toBe("ok");
    expect([calls, breaker.statistics.window.failures]).toEqual([3, 2]);
  });

  test("breaker and bulkhead around a request decide as they do around any call", async () => {
    const { bus, clock } = setUp();
    const policies = new Policies({ clock, seed: 1 });
    const make = () => ({
      breaker: policies.circuitBreaker({
        failures: 2,
        timeoutMs: 0,
        resetMs: 100,
        failureIf: (error) => error !== "fine",
      }),
      bulkhead: policies.bulkhead({ limit: 1, queue: 1 }),
    });
    const [gated, called] = [make(), make()];
    const open: { resolve(value: unknown): void; reject(error: unknown): void }[] = [];
    bus.respond("svc", () => new Promise((resolve, reject) => open.push({ resolve, reject })));
    // What a policy sees as one of ours goes another way than a function it knows nothing of.
    const around = compose(called.breaker, { run: (work, options) => called.bulkhead.run(work, options) });
    const policy = compose(gated.breaker, gated.bulkhead);
    const script: ((ask: (signal?: AbortSignal) => Promise<unknown>, abort: () => void) => void)[] = [
      () => open.pop()?.resolve(1),
      () => open.pop()?.reject("fine"),
      () => open.pop()?.reject(new Error("bad")),
      (_, abort) => abort(),
      () => open.pop()?.reject(new Error("bad")),
      () => open.pop()?.resolve(1),
      () => clock.advance(100),
      () => open.pop()?.resolve(1),
      () => open.pop()?.resolve(1),
    ];
    const results: unknown[][] = [];
    for (const each of [
      { policy, ...gated },
      { policy: around, ...called },
    ]) {
      const seen: unknown[] = [];
      each.breaker.events$.subscribe((event) => seen.push(event));
      for (const act of script) {
        const controller = new AbortController();
        const ask = () => bus.request("svc", 1, { policy: each.policy, signal: controller.signal });
        const asked = outcome(ask());
        await clock.settle();
        act(ask, () => controller.abort("enough"));
        await clock.settle();
        seen.push(
          await Promise.race([asked.then((result) => JSON.stringify(result)), clock.settle().then(() => "open")]),
        );
        for (const left of open.splice(0)) left.resolve("late");
        await clock.settle();
      }
      const { calls, succeeded, failed, active, state, refused, opened, window } = each.breaker.statistics;
      seen.push({ calls, succeeded, failed, active, state, refused, opened, window }, each.bulkhead.statistics);
      results.push(seen);
    }
    expect(results[0]).toEqual(results[1]);
    expect(JSON.stringify(results[0])).toContain("BREAKER_OPEN");
  });

  test("several policies in one request: the outermost first, gates without promises of their own, weights by the rest", async () => {
    const { bus, clock } = setUp();
    const policies = new Policies({ clock, seed: 1 });
    const limit = policies.rateLimit({ permits: 10, perMs: 1_000 });
    const breaker = policies.circuitBreaker({ failures: 1, timeoutMs: 0 });
    const gates = [limit, breaker, policies.bulkhead({ limit: 1 })];
    let isDown = false;
    bus.respond("svc", () => {
      if (isDown) throw new Error("down");
      return "ok";
    });
    expect(await bus.request("svc", 1, { policy: gates })).toBe("ok");
    expect(await bus.request("svc", 1, { policy: gates, weight: 5 })).toBe("ok");
    expect(limit.statistics).toMatchObject({ calls: 2, succeeded: 2, available: 4 });
    expect(await outcome(bus.request("svc", 1, { policy: gates, weight: 5 }))).toMatchObject({ code: "RATE_LIMITED" });
    isDown = true;
    await outcome(bus.request("svc", 1, { policy: gates }));
    expect(await outcome(bus.request("svc", 1, { policy: gates }))).toMatchObject({ code: "BREAKER_OPEN" });
    expect(limit.statistics.available, "who asks the breaker in vain has its permit taken").toBe(2);
    const behind = [policies.fallback(() => "instead"), ...gates];
    expect(await bus.request("svc", 1, { policy: behind })).toBe("instead");
    expect(await bus.request("svc", 1, { policy: [...behind] })).toBe("instead");
    expect(await outcome(bus.request("svc", 1, { policy: gates }))).toMatchObject({ code: "RATE_LIMITED" });
    expect(await outcome(bus.request("svc", 1, { policy: [] }))).toMatchObject({ error: { message: "down" } });
  });

  test("a bulkhead that is full makes requests wait, then refuses", async () => {
    const { bus, clock } = setUp();
    const policy = new Policies({ clock, seed: 1 }).bulkhead({ limit: 1, queue: 1 });
    const open: ((value: number) => void)[] = [];
    bus.respond("svc", () => new Promise<number>((resolve) => open.push(resolve)));
    const all = [1, 2, 3].map((n) => outcome(bus.request("svc", n, { policy })));
    expect(await all[2]).toMatchObject({ code: "BULKHEAD_FULL" });
    expect(open).toHaveLength(1);
    open[0]?.(7);
    await clock.settle();
    open[1]?.(8);
    expect(await Promise.all([all[0], all[1]])).toEqual([{ value: 7 }, { value: 8 }]);
    expect(policy.statistics).toMatchObject({ calls: 3, succeeded: 2, failed: 1, running: 0, refused: 1 });
  });

  test("a policy's timeout tells the responder", async () => {
    const { bus, clock } = setUp();
    const policy = new Policies({ clock, seed: 1 }).timeout(50);
    const seen: Message[] = [];
    bus.respond("svc", (message) => {
      seen.push(message);
      return never();
    });
    const asked = outcome(bus.request("svc", 1, { policy }));
    await clock.settle();
    const told = seen[0]?.signal;
    await clock.advanceAsync(50);
    expect(await asked).toMatchObject({ code: "REQUEST_TIMEOUT" });
    expect(told?.aborted).toBe(true);
    expect(bus.statistics.requests.pending).toBe(0);
  });

  test("spans of requests keep their trace, the newest are kept", async () => {
    const { bus, clock } = setUp({ spans: 2 });
    bus.respond("inner", () => "ok");
    bus.respond("outer", (cause) => bus.request("inner", 1, { cause }));
    bus.respond("broken", () => Promise.reject(new Error("x")));
    await bus.request("outer");
    const [outer, inner] = bus.spans;
    expect(outer).toMatchObject({ name: "outer", parentSpanId: undefined, isFailed: false, durationMs: 0 });
    expect(inner).toMatchObject({ name: "inner", parentSpanId: outer?.spanId, traceId: outer?.traceId });
    expect(outer?.traceId).toMatch(/^[0-9a-f]{32}$/);
    clock.advance(7);
    await outcome(bus.request("broken"));
    expect(bus.spans.map(({ name, isFailed }) => [name, isFailed])).toEqual([
      ["inner", false],
      ["broken", true],
    ]);
    expect(bus.spans[1]?.startMs).toBe(clock.wallMs());
    expect(bus.statistics.spans).toBe(3);
  });
});
