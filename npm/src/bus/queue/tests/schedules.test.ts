import { Cron } from "croner";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { memoryStore } from "../../../stores/memory/memory-store.ts";
import { Teams } from "../../../team/testing/teams.ts";
import { FakeClock } from "../../../testing/fake-clock.ts";
import { until } from "./until.ts";

const teams = new Teams();
afterEach(() => teams.close());

const HOUR_MS = 3_600_000;

describe("a schedule", () => {
  it("publishes at its times, also those that come after a restart", async () => {
    const store = memoryStore();
    const clock = new FakeClock();
    const first = await teams.open({ store, clock });
    const queue = first.queue<{ readonly page: number }>("reports");
    await queue.schedule("hourly", "0 * * * *", { page: 1 }, { key: "k", headers: { from: "cron" } });
    const [known] = await queue.schedules();
    const waitMs = (known?.nextMs ?? 0) - clock.wallMs();
    expect(waitMs).toBeLessThanOrEqual(HOUR_MS);
    await clock.advanceAsync(waitMs);
    expect(await queue.stats()).toMatchObject({ published: 1 });
    await first.close();
    const second = await teams.open({ store, clock });
    const again = second.queue<{ readonly page: number }>("reports");
    const seen: unknown[] = [];
    again.consume(({ value, key, headers }) => seen.push({ value, key, headers }));
    await clock.advanceAsync(HOUR_MS);
    await until(() => seen.length === 2);
    expect(seen[1]).toEqual({ value: { page: 1 }, key: "k", headers: { from: "cron" } });
    expect(await again.schedules()).toMatchObject([{ name: "hourly", cron: "0 * * * *", published: 2, skipped: 0 }]);
  });

  it("is refused by name when it cannot be, and ended by name", async () => {
    const team = await teams.open();
    const queue = team.queue<string>("reports");
    await expect(queue.schedule("a", "61 * * * *", "x")).rejects.toMatchObject({ code: "SCHEDULE_INVALID" });
    await expect(queue.schedule("a", "0 0 31 2 *", "x")).rejects.toMatchObject({ code: "SCHEDULE_INVALID" });
    await expect(queue.schedule("a", "* * * * *", "x".repeat(300))).rejects.toMatchObject({ code: "SCHEDULE_INVALID" });
    await expect(queue.unschedule("a")).rejects.toMatchObject({ code: "SCHEDULE_UNKNOWN" });
    await queue.schedule("a", "* * * * *", "x");
    await queue.unschedule("a");
    expect(await queue.schedules()).toEqual([]);
  });

  it("comes when another implementation of cron says it does", async () => {
    const clock = new FakeClock();
    const team = await teams.open({ clock });
    const queue = team.queue<number>("reports");
    await fc.assert(
      fc.asyncProperty(expression, async (cron) => {
        await clock.advanceAsync(61_000);
        const theirs = new Cron(cron, { timezone: "UTC", legacyMode: true }).nextRun(new Date(clock.wallMs()));
        if (theirs === null) {
          await expect(queue.schedule("a", cron, 1)).rejects.toMatchObject({ code: "SCHEDULE_INVALID" });
          return;
        }
        await queue.schedule("a", cron, 1);
        const [ours] = await queue.schedules();
        expect([cron, new Date(ours?.nextMs ?? 0)]).toEqual([cron, theirs]);
      }),
      { numRuns: 300 },
    );
  });
});

/** An expression of cron. Which of two days counts when one begins with `*` and has a step is told differently: none does. */
const expression = fc
  .tuple(field(0, 59), field(0, 23), day(1, 31), field(1, 12), day(0, 6))
  .map((fields) => fields.join(" "));

function field(least: number, most: number): fc.Arbitrary<string> {
  const step = fc.integer({ min: 1, max: 12 }).map((every) => `*/${every}`);
  return fc.oneof(day(least, most), step);
}

function day(least: number, most: number): fc.Arbitrary<string> {
  const value = fc.integer({ min: least, max: most });
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const stepped = fc.tuple(range, fc.integer({ min: 1, max: 5 })).map(([of, every]) => `${of}/${every}`);
  const one = fc.oneof(value.map(String), range, stepped);
  return fc.oneof(
    fc.constant("*"),
    fc.array(one, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(",")),
  );
}
