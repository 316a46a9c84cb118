import { describe, expect, test } from "vitest";
import type { BusEvent, Message } from "../index.ts";
import { codeOf, collect, gate, setUp } from "./set-up.ts";

describe("back-pressure", () => {
  test("who loses its room, or leaves, while a message is handed on is not called for it", async () => {
    const { bus } = setUp();
    const seen: string[] = [];
    const held: (() => void)[] = [];
    let isFirst = true;
    bus.subscribe("work", ({ payload }) => {
      seen.push(`first ${payload}`);
      if (!isFirst) return;
      isFirst = false;
      // The second has one credit, which this message takes; the third leaves; the fourth throws.
      void bus.publish("other", "x");
      third.unsubscribe();
    });
    const handler = ({ subject, payload }: Message): Promise<void> => {
      seen.push(`second ${subject} ${payload}`);
      return new Promise((resolve) => held.push(resolve));
    };
    const second = bus.subscribe("*", handler, { credit: 1 });
    const third = bus.subscribe("work", ({ payload }) => void seen.push(`third ${payload}`));
    bus.subscribe("work", ({ payload }) => {
      seen.push(`fourth ${payload}`);
      throw new Error("broken");
    });
    bus.subscribe("work", ({ payload }) => void seen.push(`fifth ${payload}`));
    // The route is known from the second time on.
    void bus.publish("work", 1);
    expect(seen).toEqual(["first 1", "second other x", "fourth 1", "fifth 1"]);
    expect([second.statistics, third.statistics]).toMatchObject([
      { delivered: 1, waiting: 1 },
      { delivered: 0, waiting: 0 },
    ]);
    for (let turn = 0; turn < 10; turn++) {
      held.shift()?.();
      await Promise.resolve();
      await Promise.resolve();
    }
    seen.length = 0;
    void bus.publish("work", 2);
    expect(seen).toEqual(["first 2", "second work 2", "fourth 2", "fifth 2"]);
    expect(second.statistics).toMatchObject({ delivered: 3, open: 1 });
    const { published, delivered, failed } = bus.statistics;
    expect([published, delivered, failed]).toEqual([3, 9, 2]);
  });

  test("without credit messages wait in order and go on as promises settle", async () => {
    const { bus, clock } = setUp();
    const slow = gate();
    bus.subscribe("a", slow.handler, { credit: 2 });
    for (let n = 1; n <= 5; n++) bus.publish("a", n);
    expect(slow.seen).toEqual([1, 2]);
    expect(bus.statistics.waiting).toBe(3);
    slow.release();
    await clock.settle();
    expect(slow.seen).toEqual([1, 2, 3]);
    while (slow.open.length > 0) {
      slow.release();
      await clock.settle();
    }
    expect(slow.seen).toEqual([1, 2, 3, 4, 5]);
    expect(bus.statistics.delivery.count).toBeGreaterThan(0);
  });

  test("the urgent goes first, and what has waited long enough before it", async () => {
    const { bus, clock } = setUp({ ageingMs: 100 });
    const slow = gate();
    bus.subscribe("a", slow.handler, { credit: 1 });
    bus.publish("a", "first");
    bus.publish("a", "low", { priority: "low" });
    bus.publish("a", "medium");
    bus.publish("a", "critical", { priority: "critical" });
    clock.advance(301);
    bus.publish("a", "late critical", { priority: "critical" });
    while (slow.open.length > 0) {
      slow.release();
      await clock.settle();
    }
    expect(slow.seen).toEqual(["first", "critical", "medium", "low", "late critical"]);
  });

  test("drop-oldest gives up the oldest of the least urgent, and never what is more urgent than the new one", async () => {
    const { bus, clock } = setUp();
    const slow = gate();
    const events: BusEvent[] = [];
    bus.events$.subscribe((event) => events.push(event));
    const subscription = bus.subscribe("a", slow.handler, { credit: 1, queue: 2 });
    bus.publish("a", 0);
    bus.publish("a", 1, { priority: "high" });
    bus.publish("a", 2);
    bus.publish("a", 3);
    bus.publish("a", 4, { priority: "high" });
    bus.publish("a", 5, { priority: "low" });
    expect(subscription.statistics).toMatchObject({ dropped: 3, waiting: 2, open: 1 });
    expect(events.map(({ type }) => type)).toEqual(["dropped", "dropped", "dropped"]);
    expect(bus.health()).toMatchObject({ state: "degraded", full: ["a"] });
    for (let n = 0; n < 3; n++) {
      slow.release();
      await clock.settle();
    }
    expect(slow.seen).toEqual([0, 1, 4]);
  });

  test("reject refuses a message before anybody has it", async () => {
    const { bus, clock } = setUp();
    const other = collect(bus, "a");
    const slow = gate();
    bus.subscribe("a", slow.handler, { credit: 1, queue: 1, overflow: "reject" });
    bus.publish("a", 1);
    bus.publish("a", 2);
    expect(codeOf(() => bus.publish("a", 3))).toBe("BUS_BACKPRESSURE");
    expect(other).toEqual([1, 2]);
    slow.release();
    await clock.settle();
    bus.publish("a", 4);
    expect(other).toEqual([1, 2, 4]);
  });

  test("block makes the publisher wait, in order, until there is room or it gives up", async () => {
    const { bus, clock } = setUp();
    const slow = gate();
    bus.subscribe("a", slow.handler, { credit: 1, queue: 1, overflow: "block" });
    bus.publish("a", 1);
    expect(bus.publish("a", 2)).toBeUndefined();
    const settled: string[] = [];
    bus.publish("a", 3)?.then(() => settled.push("3"));
    const controller = new AbortController();
    bus.publish("a", 4, { signal: controller.signal })?.catch(() => settled.push("4 gave up"));
    bus.publish("a", 5)?.then(() => settled.push("5"));
    await clock.settle();
    expect(settled).toEqual([]);
    controller.abort();
    await clock.settle();
    for (let n = 0; n < 4; n++) {
      slow.release();
      await clock.settle();
    }
    expect(settled).toEqual(["4 gave up", "3", "5"]);
    expect(slow.seen).toEqual([1, 2, 3, 5]);
  });

  test("nothing is delivered after its time to live", async () => {
    const { bus, clock } = setUp();
    const slow = gate();
    bus.subscribe("a", slow.handler, { credit: 1 });
    bus.publish("a", 1);
    bus.publish("a", 2, { ttlMs: 50 });
    bus.publish("a", 3);
    clock.advance(50);
    slow.release();
    await clock.settle();
    expect(slow.seen).toEqual([1, 3]);
    expect(bus.statistics.expired).toBe(1);
  });
});
