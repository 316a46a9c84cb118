import { describe, expect, test } from "vitest";
import { codeOf, gate, setUp } from "./set-up.ts";

describe("the end", () => {
  test("drain finishes what waits, takes only what follows from it, then nothing", async () => {
    const { bus, clock } = setUp();
    const open: (() => void)[] = [];
    const seen: unknown[] = [];
    bus.subscribe(
      "a",
      async (cause) => {
        await new Promise<void>((resolve) => open.push(resolve));
        await bus.publish("b", cause.payload, { cause });
      },
      { credit: 1 },
    );
    bus.subscribe("b", ({ payload }) => void seen.push(payload));
    bus.publish("a", 1);
    bus.publish("a", 2);
    let isDrained = false;
    const drained = bus.drain().then(() => (isDrained = true));
    expect(codeOf(() => bus.publish("a", 3))).toBe("BUS_CLOSED");
    expect(bus.health().state).toBe("draining");
    for (let n = 0; n < 2; n++) {
      expect(isDrained).toBe(false);
      open.shift()?.();
      await clock.settle();
    }
    await drained;
    expect(seen).toEqual([1, 2]);
    await bus[Symbol.asyncDispose]();
  });

  test("a subscription drains by itself", async () => {
    const { bus, clock } = setUp();
    const slow = gate();
    const subscription = bus.subscribe("a", slow.handler, { credit: 1 });
    bus.publish("a", 1);
    bus.publish("a", 2);
    const drained = subscription.drain();
    bus.publish("a", 3);
    slow.release();
    await clock.settle();
    slow.release();
    await drained;
    expect(slow.seen).toEqual([1, 2]);
    expect(bus.statistics).toMatchObject({ subscriptions: 0, unrouted: 1 });
  });

  test("closing drops what waits and lets publishers go", async () => {
    const { bus, clock } = setUp();
    const slow = gate();
    bus.subscribe("a", slow.handler, { credit: 1, queue: 0, overflow: "block" });
    bus.publish("a", 1);
    let isReleased = false;
    bus.publish("a", 2)?.then(() => (isReleased = true));
    await bus.close();
    await bus.close();
    await clock.settle();
    expect(isReleased).toBe(true);
    expect(slow.seen).toEqual([1]);
    expect(clock.timers).toBe(0);
  });
});
