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
    ["cache", { cache: true }],
    ["coalesce", { coalesce: true }],
    ["state", { state: { open: true } }],
    ["status", { status: {} }],
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

  test("what is no function is refused", () => {
    const { CircuitBreaker } = setUp();
    expect(() => new CircuitBreaker(undefined as unknown as () => 1)).toThrow(/action it guards/);
    expect(() => new CircuitBreaker(down).healthCheck(1 as unknown as () => Promise<1>)).toThrow(/Health check/);
  });
});
