import { afterEach, describe, expect, it } from "vitest";
import { memoryStore } from "../../../stores/memory/memory-store.ts";
import { Teams } from "../../../team/testing/teams.ts";
import { FakeClock } from "../../../testing/fake-clock.ts";
import { faultyStore } from "../../../testing/faulty-store.ts";
import { isEmpty, until } from "./until.ts";

const teams = new Teams();
afterEach(() => teams.close());

describe("publishers of a queue that blocks", () => {
  it("wait for room, and their messages come in the order they were published", async () => {
    const team = await teams.open();
    const queue = team.queue<number>("work", { maxMessages: 3, overflow: "block" });
    const values = Array.from({ length: 50 }, (_, index) => index);
    const published = Promise.all(values.map((value) => queue.publish(value)));
    await until(async () => (await queue.stats()).waiting === 3);
    const seen: number[] = [];
    queue.consume((message) => seen.push(message.value), { concurrency: 2 });
    const numbers = await published;
    await until(() => isEmpty(queue));
    expect(seen).toEqual(values);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(await queue.stats()).toMatchObject({ published: 50, acked: 50, refused: 0 });
  });

  it("wait until messages expire when nobody takes any", async () => {
    const clock = new FakeClock();
    const team = await teams.open({ clock });
    const queue = team.queue("work", { maxMessages: 1, overflow: "block", retentionMs: 1_000 });
    const numbers = [queue.publish("a"), queue.publish("b")];
    expect(await numbers[0]).toBe(1);
    await clock.advanceAsync(1_000);
    expect(await numbers[1]).toBe(2);
    expect(await queue.stats()).toMatchObject({ expired: 1, waiting: 1 });
  });

  it("give up when they are told to, and only then", async () => {
    const team = await teams.open();
    const queue = team.queue("work", { maxMessages: 1, overflow: "block" });
    await queue.publish("a");
    const abort = new AbortController();
    const given = queue.publish("b", { signal: abort.signal });
    const kept = queue.publish("c");
    await until(async () => (await queue.stats()).waiting === 1);
    abort.abort(new Error("too long"));
    await expect(given).rejects.toThrow("too long");
    await expect(queue.publish("d", { signal: abort.signal })).rejects.toThrow("too long");
    const seen: unknown[] = [];
    queue.consume(({ value }) => seen.push(value));
    await kept;
    await until(() => isEmpty(queue));
    expect(seen).toEqual(["a", "c"]);
  });

  it("are refused what can never have room, and more than may wait", async () => {
    const team = await teams.open();
    const queue = team.queue<string>("work", { maxMessages: 1, maxBytes: 3_000_000, overflow: "block" });
    await expect(queue.publish("x".repeat(3_000_001))).rejects.toMatchObject({ code: "MESSAGE_INVALID" });
    await queue.publish("a");
    const abort = new AbortController();
    const waiting = [1, 2].map(() => queue.publish("x".repeat(2_999_000), { signal: abort.signal }));
    await until(async () => (await queue.stats()).waiting === 1);
    await expect(queue.publish("x".repeat(2_999_000))).rejects.toMatchObject({ code: "BUS_BACKPRESSURE" });
    abort.abort();
    await Promise.allSettled(waiting);
  });

  it("hear that the team is closed", async () => {
    const team = await teams.open();
    const queue = team.queue("work", { maxMessages: 1, overflow: "block" });
    await queue.publish("a");
    const waiting = queue.publish("b");
    const refused = expect(waiting).rejects.toMatchObject({ code: "RUNTIME_DISPOSED" });
    await until(async () => (await queue.stats()).waiting === 1);
    await team.close();
    await refused;
  });

  it("go on when the store fails", async () => {
    let countdown = 5;
    const store = faultyStore(memoryStore(), {
      append: () => (--countdown === 0 ? "fail" : countdown === -6 ? "fail-after-write" : undefined),
    });
    const team = await teams.open({ store });
    const queue = team.queue<number>("work", { maxMessages: 2, overflow: "block" });
    const seen: number[] = [];
    queue.consume(({ value }) => seen.push(value), { concurrency: 1 });
    for (let value = 0; value < 20; value++) {
      for (;;) {
        try {
          await Promise.all([queue.publish(value, { id: `m${value}` })]);
          break;
        } catch (error) {
          expect(error).toMatchObject({ retryable: true });
        }
      }
    }
    await until(() => isEmpty(queue));
    expect(seen).toEqual(Array.from({ length: 20 }, (_, value) => value));
    expect(countdown).toBeLessThan(-6);
  });
});
