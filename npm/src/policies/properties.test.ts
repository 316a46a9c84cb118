import fc from "fast-check";
import { expect, test } from "vitest";
import { FakeClock } from "../testing/fake-clock.ts";
import { compose, Policies } from "./index.ts";

const kinds = ["retry", "breaker", "bulkhead", "timeout", "rateLimit", "hedge", "fallback"] as const;

const make = (policies: Policies) => ({
  retry: policies.retry({ maxAttempts: 3, initialDelayMs: 20, maxDelayMs: 500 }),
  breaker: policies.circuitBreaker({ failures: 3, windowMs: 500, resetMs: 300, timeoutMs: 200 }),
  bulkhead: policies.bulkhead({ limit: 2, queue: 3 }),
  timeout: policies.timeout(150),
  rateLimit: policies.rateLimit({ permits: 5, perMs: 100, queue: 4 }),
  hedge: policies.hedge({ delayMs: 30, maxAttempts: 3 }),
  fallback: policies.fallback(() => "fallback"),
});

const call = fc.record({
  afterMs: fc.nat(200),
  takesMs: fc.option(fc.nat(400)),
  isFine: fc.boolean(),
  heeds: fc.boolean(),
  abortsAfterMs: fc.option(fc.nat(400)),
});

test("under any policies in any order every call ends once, nothing is left behind, and the sums agree", async () => {
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([...kinds]), fc.array(call, { maxLength: 25 }), async (order, calls) => {
      const clock = new FakeClock();
      const all = make(new Policies({ clock, seed: 3 }));
      const policy = compose(...order.map((kind) => all[kind]));
      let running = 0;
      let most = 0;
      let ended = 0;
      for (const { afterMs, takesMs, isFine, heeds, abortsAfterMs } of calls) {
        await clock.advanceAsync(afterMs);
        const abort = new AbortController();
        if (abortsAfterMs !== null) clock.after(abortsAfterMs, () => abort.abort("gone"));
        const work = ({ signal }: { signal: AbortSignal }) => {
          running += 1;
          most = Math.max(most, running);
          return new Promise<string>((resolve, reject) => {
            const end = () => (isFine ? resolve("fine") : reject(new Error("down")));
            const callOff = clock.after(takesMs ?? 0, end);
            if (!heeds) return;
            signal.addEventListener("abort", () => {
              callOff();
              reject(signal.reason);
            });
            if (signal.aborted) reject(signal.reason);
          }).finally(() => {
            running -= 1;
          });
        };
        const answer = policy.run(work, { signal: abort.signal });
        answer.then(
          (value) => {
            ended += 1;
            expect(["fine", "fallback"]).toContain(value);
          },
          () => {
            ended += 1;
          },
        );
      }
      await clock.advanceAsync(60_000);
      expect([ended, running, clock.timers]).toEqual([calls.length, 0, 0]);
      // What hedging and timeouts leave behind below the bulkhead is not its own.
      const inside = order.slice(order.indexOf("bulkhead") + 1);
      const isBounded =
        order.includes("bulkhead") && !inside.some((kind) => kind !== "fallback" && kind !== "rateLimit");
      if (isBounded) expect(most).toBeLessThanOrEqual(2);
      for (const { statistics } of Object.values(all)) {
        expect(statistics.active).toBe(0);
        expect(statistics.calls).toBe(statistics.succeeded + statistics.failed);
      }
      expect(all.bulkhead.statistics).toMatchObject({ running: 0, queued: 0 });
      expect(all.rateLimit.statistics.queued).toBe(0);
    }),
    { numRuns: 150, seed: 42 },
  );
}, 60_000);

test("at most five of any ten seconds' failures get through to what is down", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(4_000), { minLength: 30, maxLength: 120 }), async (gaps) => {
      const clock = new FakeClock();
      const breaker = new Policies({ clock, seed: 1 }).circuitBreaker();
      const reached: number[] = [];
      for (const gap of gaps) {
        clock.advance(gap);
        await breaker
          .run(() => {
            reached.push(clock.monoMs());
            throw new Error("down");
          })
          .catch(() => {});
      }
      // Slices of one second are forgotten at once, so nine whole seconds are certain.
      for (const [index, at] of reached.entries()) {
        expect(reached.slice(index).filter((other) => other - at < 9_000).length).toBeLessThanOrEqual(5);
      }
    }),
    { numRuns: 60, seed: 42 },
  );
});
