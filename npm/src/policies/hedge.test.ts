import { describe, expect, expectTypeOf, test } from "vitest";
import { PolyphonError } from "../errors/error.ts";
import { around, compose } from "./index.ts";
import { code, controlled, fail, setUp, watch } from "./testing/policies.ts";

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

describe("hedge on a measured quantile", () => {
  /** Calls that answer after so long. */
  const answers = async (
    { clock }: ReturnType<typeof setUp>,
    hedge: { run<T>(work: () => Promise<T>): Promise<T> },
    ms: number,
    times: number,
  ) => {
    for (let call = 0; call < times; call++) {
      const seen = watch(hedge.run(() => new Promise<number>((resolve) => void clock.after(ms, () => resolve(ms)))));
      await clock.advanceAsync(ms);
      expect(seen.settled).toBe(true);
    }
  };

  test("waits as long as all but a twentieth of the calls took", async () => {
    const made = setUp();
    const hedge = made.policies.hedge({ quantile: 0.95, delayMs: 500, minimumCalls: 20 });
    await answers(made, hedge, 10, 19);
    expect(hedge.statistics.delayMs, "not enough is known").toBe(500);
    await answers(made, hedge, 200, 1);
    expect(hedge.statistics).toMatchObject({ delayMs: 10, hedges: 0 });
    const { calls, work } = controlled<string>();
    const slow = watch(hedge.run(work));
    await made.clock.advanceAsync(10);
    expect(calls).toHaveLength(2);
    calls[1]?.resolve("second");
    await made.clock.settle();
    expect(slow.value).toBe("second");
    expect(hedge.statistics).toMatchObject({ hedges: 1, wonByHedge: 1 });
  });

  test("what is slow as a whole is not asked twice: no more than a share of the calls, and the delay follows", async () => {
    const made = setUp();
    const hedge = made.policies.hedge({ quantile: 0.9, minimumCalls: 10 });
    await answers(made, hedge, 10, 200);
    await answers(made, hedge, 50, 100);
    const { hedges, held, delayMs } = hedge.statistics;
    expect(hedges).toBeGreaterThan(0);
    expect(hedges, "saved up at most ten, then one call in five").toBeLessThanOrEqual(10 + 100 / 5);
    expect(held).toBeGreaterThan(0);
    expect(delayMs).toBeGreaterThanOrEqual(50);
  });

  test("is refused out of bounds", () => {
    const { policies } = setUp();
    for (const wrong of [
      { quantile: 0 },
      { quantile: 1.1 },
      { minimumCalls: 0 },
      { maxShare: 2 },
      { leastDelayMs: -1 },
    ]) {
      expect(() => policies.hedge(wrong)).toThrow(expect.objectContaining({ code: "POLICY_INVALID" }));
    }
  });
});
