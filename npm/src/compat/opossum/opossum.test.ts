import { describe, expect, test } from "vitest";
import { FakeClock } from "../../testing/fake-clock.ts";
import { OpossumError, type OpossumOptions, opossum } from "../index.ts";

const setUp = () => {
  const clock = new FakeClock();
  return { clock, CircuitBreaker: opossum({ clock, seed: 1 }) };
};

const down = () => Promise.reject(new Error("down"));
const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error) => error,
  );

describe("the breaker with the face of opossum", () => {
  test("has opossum's defaults: 10 s a call, more than half of 10 s, open for 30 s", async () => {
    const { clock, CircuitBreaker } = setUp();
    const breaker = new CircuitBreaker((name: string) => Promise.resolve(name.length));
    expect(breaker.options).toMatchObject({
      timeout: 10_000,
      resetTimeout: 30_000,
      errorThresholdPercentage: 50,
      rollingCountTimeout: 10_000,
      rollingCountBuckets: 10,
    });
    const length: number = await breaker.fire("four");
    expect(length).toBe(4);
    const failing = new CircuitBreaker(down);
    await caught(failing.fire());
    expect(failing.opened).toBe(true);
    const error = await caught(failing.fire());
    expect(error).toBeInstanceOf(OpossumError);
    expect([error.code, CircuitBreaker.isOurError(error), CircuitBreaker.isOurError(new Error())]).toEqual([
      "EOPENBREAKER",
      true,
      false,
    ]);
    clock.advance(30_000);
    expect([failing.halfOpen, failing.pendingClose]).toEqual([true, true]);
  });

  test("after the shutdown it refuses, tells nothing and holds no timer", async () => {
    const { clock, CircuitBreaker } = setUp();
    const breaker = new CircuitBreaker(down);
    const heard: string[] = [];
    for (const event of ["failure", "halfOpen", "shutdown"]) breaker.on(event, () => heard.push(event));
    breaker.healthCheck(async () => {});
    await caught(breaker.fire());
    expect(clock.timers).toBe(2);
    breaker.shutdown();
    expect(clock.timers).toBe(0);
    expect((await caught(breaker.fire())).code).toBe("ESHUTDOWN");
    expect(heard).toEqual(["failure", "shutdown"]);
    expect([breaker.isShutdown, breaker.opened, breaker.closed, breaker.enabled]).toEqual([true, false, false, false]);
    expect(breaker.toJSON().state).toMatchObject({ shutdown: true, open: false });
  });

  test("a health check that fails opens it", async () => {
    const { clock, CircuitBreaker } = setUp();
    const breaker = new CircuitBreaker(async () => 1, { name: "checked" });
    let isWell = true;
    const heard: string[] = [];
    breaker.on("healthCheckFailed", (error) => heard.push(error.message));
    breaker.healthCheck(() => (isWell ? Promise.resolve() : Promise.reject(new Error("ill"))), 1_000);
    await clock.advanceAsync(999);
    isWell = false;
    expect(breaker.closed).toBe(true);
    await clock.advanceAsync(1);
    expect([breaker.opened, heard]).toEqual([true, ["ill"]]);
    expect(breaker.toJSON().state).toMatchObject({ name: "checked", lastTimerAt: clock.wallMs() });
    breaker.shutdown();
  });

  test("a timeout aborts the controller, which is renewed when it is half open", async () => {
    const { clock, CircuitBreaker } = setUp();
    const breaker = new CircuitBreaker(() => new Promise(() => {}), { timeout: 50, autoRenewAbortController: true });
    const first = breaker.getSignal();
    const late = caught(breaker.fire());
    await clock.advanceAsync(50);
    expect((await late).code).toBe("ETIMEDOUT");
    expect(first?.aborted).toBe(true);
    clock.advance(30_000);
    expect(breaker.halfOpen).toBe(true);
    expect(breaker.getSignal()?.aborted).toBe(false);
    expect(breaker.getAbortController()?.signal).toBe(breaker.getSignal());
  });

  test("another breaker can be the fallback, and the action has the `this` it is called with", async () => {
    const { CircuitBreaker } = setUp();
    const second = new CircuitBreaker(async (name: string) => `second ${name}`);
    const first = new CircuitBreaker<[string], string>(down).fallback(second);
    expect(await first.fire("one")).toBe("second one");
    const bound = new CircuitBreaker(function (this: { n: number }) {
      return this.n;
    });
    expect(await bound.call({ n: 3 })).toBe(3);
  });

  test("listeners come and go as with Node's emitter", () => {
    const { CircuitBreaker } = setUp();
    const breaker = new CircuitBreaker(down);
    const heard: string[] = [];
    const listener = () => heard.push("on");
    breaker.on("open", listener).once("open", () => heard.push("once"));
    expect([breaker.listenerCount("open"), breaker.eventNames()]).toEqual([2, ["open"]]);
    breaker.open();
    breaker.close();
    breaker.open();
    breaker.off("open", listener);
    breaker.close();
    breaker.open();
    expect(heard).toEqual(["on", "once", "on"]);
    expect(breaker.emit("open")).toBe(false);
  });

  test.each<[string, OpossumOptions | Record<string, unknown>]>([
    ["cacheTTL", { cache: true, cacheTTL: -1 }],
    ["cacheSize", { cache: true, cacheSize: 0 }],
    ["cacheTransport", { cache: true, cacheTransport: { get: () => undefined } }],
    ["coalesceTTL", { coalesce: true, coalesceTTL: 0.5 }],
    ["rotateBucketController", { rotateBucketController: {} }],
    ["timeout", { timeout: -1 }],
    ["errorThresholdPercentage", { errorThresholdPercentage: 101 }],
    ["rollingCountBuckets", { rollingCountBuckets: 65 }],
    ["abortController", { abortController: {} }],
  ])("%s is refused by name when it is out of bounds or not supported", (option, options) => {
    const { CircuitBreaker } = setUp();
    expect(() => new CircuitBreaker(down, options as OpossumOptions)).toThrow(
      expect.objectContaining({ code: "POLICY_INVALID", details: expect.objectContaining({ option }) }),
    );
  });

  test("answers are kept in a store of one's own, and forgotten on demand and at the shutdown", async () => {
    const { clock, CircuitBreaker } = setUp();
    const kept = new Map<string, unknown>();
    let flushed = 0;
    const cacheTransport = {
      get: (key: string) => kept.get(key),
      set: (key: string, value: unknown, expiresAt: number) => void kept.set(`${key}`, [value, expiresAt][0]),
      flush: () => {
        flushed += 1;
        kept.clear();
      },
    };
    let calls = 0;
    const breaker = new CircuitBreaker(async (name: string) => `${name} ${++calls}`, {
      ...{ cache: true, cacheTTL: 1_000, cacheTransport },
      cacheGetKey: (name: string) => name,
    });
    expect([await breaker.fire("a"), await breaker.fire("a"), await breaker.fire("b")]).toEqual(["a 1", "a 1", "b 2"]);
    expect([...kept.keys()]).toEqual(["a", "b"]);
    expect(breaker.stats).toMatchObject({ fires: 3, cacheHits: 1, cacheMisses: 2, successes: 2 });
    breaker.clearCache();
    expect(await breaker.fire("a")).toBe("a 3");
    breaker.shutdown();
    expect([flushed, kept.size]).toEqual([2, 0]);
    expect(clock.timers).toBe(0);
  });

  test("a breaker begins where another stood: open for a full reset, or half open when that is over", async () => {
    const { clock, CircuitBreaker } = setUp();
    const first = new CircuitBreaker(down, { resetTimeout: 1_000 });
    await caught(first.fire());
    const saved = JSON.parse(JSON.stringify(first.toJSON()));
    const second = new CircuitBreaker(down, { resetTimeout: 1_000, state: saved.state, status: saved.status });
    expect([second.opened, second.stats.failures]).toEqual([true, 1]);
    clock.advance(1_001);
    const late = new CircuitBreaker(async () => "up", { resetTimeout: 1_000, state: saved.state });
    expect([late.halfOpen, late.pendingClose]).toEqual([true, true]);
    expect(await late.fire()).toBe("up");
    expect(late.closed).toBe(true);
    first.shutdown();
    const gone = new CircuitBreaker(down, { state: first.toJSON().state });
    expect((await caught(gone.fire())).code).toBe("ESHUTDOWN");
  });

  test("snapshots hold a timer only while somebody listens", () => {
    const { clock, CircuitBreaker } = setUp();
    const breaker = new CircuitBreaker(down, { rollingCountTimeout: 1_000, rollingCountBuckets: 10 });
    expect(clock.timers).toBe(0);
    const seen: number[] = [];
    clock.advance(250);
    breaker.status.on("snapshot", () => seen.push(clock.monoMs()));
    clock.advance(300);
    expect(seen).toEqual([300, 400, 500]);
    breaker.shutdown();
    expect(clock.timers).toBe(0);
    const silent = new CircuitBreaker(down, { enableSnapshots: false });
    silent.status.on("snapshot", () => seen.push(0));
    clock.advance(10_000);
    expect(seen).toHaveLength(3);
  });

  test("the status object of another breaker is refused: two that count together would be one", () => {
    const { CircuitBreaker } = setUp();
    const { status } = new CircuitBreaker(down);
    expect(() => new CircuitBreaker(down, { status: status as never })).toThrow(/statistics/);
  });

  test("what is no function is refused", () => {
    const { CircuitBreaker } = setUp();
    expect(() => new CircuitBreaker(undefined as unknown as () => 1)).toThrow(/action it guards/);
    expect(() => new CircuitBreaker(down).healthCheck(1 as unknown as () => Promise<1>)).toThrow(/Health check/);
  });
});
