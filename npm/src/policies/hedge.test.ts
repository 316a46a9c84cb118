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
