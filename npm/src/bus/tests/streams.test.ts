import { describe, expect, test } from "vitest";
import { codeOf, setUp } from "./set-up.ts";

describe("streams", () => {
  test("a stream is an Observable", () => {
    const { bus } = setUp();
    const seen: unknown[] = [];
    let isComplete = false;
    const subscription = bus
      .subscribe<number>("a")
      .subscribe({ next: ({ payload }) => seen.push(payload), complete: () => (isComplete = true) });
    bus.publish("a", 1);
    subscription.unsubscribe();
    bus.publish("a", 2);
    expect(seen).toEqual([1]);
    bus.subscribe("a").subscribe({ complete: () => (isComplete = true) });
    void bus.close();
    expect(isComplete).toBe(true);
  });

  test("a loop takes messages when it is ready, by priority, and leaving it unsubscribes", async () => {
    const { bus } = setUp();
    const iterator = bus.subscribe<number>("a", { queue: 2 })[Symbol.asyncIterator]();
    const first = iterator.next();
    for (let n = 1; n <= 4; n++) bus.publish("a", n, n === 4 ? { priority: "critical" } : {});
    expect((await first).value?.payload).toBe(1);
    expect((await iterator.next()).value?.payload).toBe(4);
    expect((await iterator.next()).value?.payload).toBe(3);
    await iterator.return?.();
    expect(bus.statistics.subscriptions).toBe(0);
    expect((await iterator.next()).done).toBe(true);
  });

  test("a loop ends when the bus is closed", async () => {
    const { bus } = setUp();
    const seen: unknown[] = [];
    const loop = (async () => {
      for await (const { payload } of bus.subscribe("a")) seen.push(payload);
    })();
    bus.publish("a", 1);
    await Promise.resolve();
    await bus.close();
    await loop;
    expect(seen).toEqual([1]);
    expect(codeOf(() => bus.publish("a", 2))).toBe("BUS_CLOSED");
    expect(codeOf(() => bus.subscribe("a", () => {}))).toBe("BUS_CLOSED");
    expect(bus.health().state).toBe("closed");
  });
});
