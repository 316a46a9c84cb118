import { describe, expect, test } from "vitest";
import type { PolyphonError } from "../errors/error.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { type CircuitBreaker, type CircuitBreakerOptions, compose, Policies } from "./index.ts";

const setUp = (options?: CircuitBreakerOptions) => {
  const clock = new FakeClock();
  const policies = new Policies({ clock, seed: 7 });
  return { clock, policies, breaker: policies.circuitBreaker(options) };
};

const fails = async (breaker: CircuitBreaker, times: number) => {
  for (let each = 0; each < times; each++) {
    await breaker.run(() => Promise.reject(new Error("down"))).catch(() => {});
  }
};

const never = () => new Promise<never>(() => {});
const refusal = (breaker: CircuitBreaker) =>
  breaker
    .run(() => 1)
    .then(
      () => undefined,
      (error: PolyphonError) => error,
    );

describe("a circuit breaker", () => {
  test("opens at the fifth failure in ten seconds, for thirty, and one probe closes it", async () => {
    const { clock, breaker } = setUp();
    await fails(breaker, 4);
    clock.advance(9_999);
    expect(breaker.state).toBe("closed");
    await fails(breaker, 1);
    expect(breaker.state).toBe("open");
    clock.advance(10_000);
    expect(await refusal(breaker)).toMatchObject({ code: "BREAKER_OPEN", retryAfterMs: 20_000, retryable: true });
    clock.advance(20_000);
    expect(breaker.state).toBe("halfOpen");
    expect(await breaker.run(() => "fine")).toBe("fine");
    expect(breaker.state).toBe("closed");
    expect(breaker.statistics).toMatchObject({ calls: 7, succeeded: 1, failed: 6, refused: 1, opened: 1 });
    expect(breaker.statistics.window).toEqual({ calls: 0, failures: 0 });
  });

  test("four failures older than the window and one now leave it closed", async () => {
    const { clock, breaker } = setUp();
    await fails(breaker, 4);
    clock.advance(10_000);
    await fails(breaker, 1);
    expect(breaker.state).toBe("closed");
  });

  test("a call of more than ten seconds has failed", async () => {
    const { clock, breaker } = setUp({ failures: 1 });
    const call = breaker.run(never).catch((error: PolyphonError) => error.code);
    await clock.advanceAsync(10_000);
    expect(await call).toBe("REQUEST_TIMEOUT");
    expect(breaker.state).toBe("open");
  });

  test("while a probe runs the others are refused", async () => {
    const { clock, breaker } = setUp({ failures: 1 });
    await fails(breaker, 1);
    clock.advance(30_000);
    const probe = breaker.run(() => new Promise((resolve) => clock.after(100, () => resolve("late"))));
    await clock.settle();
    expect(await refusal(breaker)).toMatchObject({ code: "BREAKER_OPEN", details: { state: "halfOpen" } });
    await clock.advanceAsync(100);
    expect(await probe).toBe("late");
    expect(await refusal(breaker)).toBeUndefined();
  });

  test("an abort of the caller is no verdict and gives the probe's place back, even when the function never ends", async () => {
    const { clock, breaker } = setUp({ failures: 1, timeoutMs: 0 });
    await fails(breaker, 1);
    clock.advance(30_000);
    const abort = new AbortController();
    const probe = breaker.run(never, { signal: abort.signal }).catch((error) => error);
    await clock.settle();
    abort.abort("bored");
    expect(await probe).toBe("bored");
    expect(breaker.state).toBe("halfOpen");
    expect(await breaker.run(() => 1)).toBe(1);
  });

  test("a timeout around it counts as a failure, even when the function never ends", async () => {
    const { clock, policies, breaker } = setUp({ failures: 1, timeoutMs: 0 });
    const call = compose(policies.timeout(100), breaker)
      .run(never)
      .catch(() => {});
    await clock.advanceAsync(100);
    await call;
    expect(breaker.state).toBe("open");
  });

  test("an error that does not speak against the receiver counts as an answer", async () => {
    const { breaker } = setUp({ failures: 1, failureIf: (error) => (error as Error).message !== "not found" });
    await breaker.run(() => Promise.reject(new Error("not found"))).catch(() => {});
    expect(breaker.state).toBe("closed");
    await fails(breaker, 1);
    expect(breaker.state).toBe("open");
  });

  test("a share of failures keeps it closed under few failures among many calls", async () => {
    const { breaker } = setUp({ failures: 1, failureShare: 0.5, minimumCalls: 4 });
    for (let each = 0; each < 3; each++) await breaker.run(() => 1);
    await fails(breaker, 3);
    expect(breaker.state).toBe("closed");
    await fails(breaker, 1);
    expect(breaker.state).toBe("open");
  });

  test("tells of its state in time while somebody watches, and sets no timer otherwise", async () => {
    const { clock, breaker } = setUp({ failures: 1 });
    await fails(breaker, 1);
    expect(clock.timers).toBe(0);
    const states: string[] = [];
    const events: unknown[] = [];
    breaker.events$.subscribe((event) => events.push(event));
    const subscription = breaker.state$.subscribe((state) => states.push(state));
    expect(clock.timers).toBe(1);
    await refusal(breaker);
    clock.advance(30_000);
    await fails(breaker, 1);
    clock.advance(30_000);
    await breaker.run(() => 1);
    expect(states).toEqual(["open", "halfOpen", "open", "halfOpen", "closed"]);
    expect(events).toEqual([
      { type: "refused", retryAfterMs: 30_000 },
      { type: "state", from: "open", to: "halfOpen" },
      { type: "state", from: "halfOpen", to: "open" },
      { type: "state", from: "open", to: "halfOpen" },
      { type: "state", from: "halfOpen", to: "closed" },
    ]);
    subscription.unsubscribe();
    expect(clock.timers).toBe(0);
  });

  test("disposing ends its streams and its timer, calls go on", async () => {
    const { clock, breaker } = setUp({ failures: 1 });
    let isComplete = false;
    breaker.state$.subscribe({ complete: () => (isComplete = true) });
    breaker.open();
    expect(clock.timers).toBe(1);
    breaker[Symbol.dispose]();
    expect([clock.timers, isComplete]).toEqual([0, true]);
    breaker.close();
    expect(await breaker.run(() => 1)).toBe(1);
  });

  test("a retry around it waits until probes are let through", async () => {
    const { clock, policies, breaker } = setUp({ failures: 1 });
    await fails(breaker, 1);
    const answer = compose(policies.retry({ maxAttempts: 2, jitter: 0 }), breaker).run(() => clock.monoMs());
    await clock.advanceAsync(30_000);
    expect(await answer).toBe(30_000);
  });
});
