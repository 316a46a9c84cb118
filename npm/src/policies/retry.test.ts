import { describe, expect, test } from "vitest";
import { PolyphonError } from "../errors/error.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { compose, Policies } from "./index.ts";
import { code, controlled, fail, setUp, watch } from "./testing/policies.ts";

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
