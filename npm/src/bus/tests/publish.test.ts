import { describe, expect, test } from "vitest";
import type { PolyphonError } from "../../errors/error.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { Bus, type BusEvent, type BusOptions, type Message } from "../index.ts";

const setUp = (options: BusOptions = {}) => {
  const clock = new FakeClock();
  return { clock, bus: new Bus({ clock, node: "n1", ...options }) };
};
const codeOf = (action: () => unknown): string | undefined => {
  try {
    action();
  } catch (error) {
    return (error as PolyphonError).code;
  }
  return undefined;
};
const collect = (bus: Bus, pattern: string, options = {}) => {
  const seen: unknown[] = [];
  bus.subscribe(pattern, ({ payload }) => void seen.push(payload), options);
  return seen;
};
const gate = () => {
  const open: (() => void)[] = [];
  const seen: unknown[] = [];
  const handler = ({ payload }: Message) => {
    seen.push(payload);
    return new Promise<void>((resolve) => open.push(resolve));
  };
  return { seen, open, handler, release: () => open.shift()?.() };
};

describe("publish and subscribe", () => {
  test("a message reaches whoever subscribed to its subject, at once and as it is", () => {
    const { bus } = setUp();
    const payload = { a: 1 };
    const seen: Message[] = [];
    bus.subscribe("orders.*", (message) => void seen.push(message));
    bus.subscribe("orders.>", (message) => void seen.push(message));
    bus.subscribe("orders.new", (message) => void seen.push(message));
    bus.subscribe("other", (message) => void seen.push(message));
    expect(bus.publish("orders.new", payload)).toBeUndefined();
    expect(seen).toHaveLength(3);
    expect(seen[0]).toBe(seen[1]);
    expect(seen[0]?.payload).toBe(payload);
    expect(seen[0]).toMatchObject({ subject: "orders.new", kind: "data", source: "n1", priority: "medium" });
  });

  test("id and time are made when somebody looks, once", () => {
    const { bus, clock } = setUp();
    const seen: Message[] = [];
    bus.subscribe("a", (message) => void seen.push(message));
    bus.publish("a", 1);
    const { id, timestampMs } = seen[0] as Message;
    clock.advance(5);
    expect(seen[0]).toMatchObject({ id, timestampMs });
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(JSON.parse(JSON.stringify(seen[0]))).toMatchObject({ id, subject: "a", payload: 1, timestampMs });
  });

  test("one handler that throws keeps nothing from the others, and is told about", () => {
    const errors: unknown[] = [];
    const { bus } = setUp({ onError: (error) => errors.push(error) });
    const events: BusEvent[] = [];
    bus.events$.subscribe((event) => events.push(event));
    const broken = new Error("broken");
    bus.subscribe("a", () => {
      throw broken;
    });
    const seen = collect(bus, "a");
    bus.publish("a", 1);
    bus.publish("a", 2);
    expect(seen).toEqual([1, 2]);
    expect(errors).toEqual([broken, broken]);
    expect(events[0]).toEqual({ type: "failed", subject: "a", pattern: "a", error: broken });
    expect(bus.statistics).toMatchObject({ published: 2, delivered: 4, failed: 2, errorShare: 0.5 });
  });

  test("a rejected promise counts as a failure too", async () => {
    const { bus, clock } = setUp();
    bus.subscribe("a", () => Promise.reject(new Error("late")));
    bus.publish("a");
    await clock.settle();
    expect(bus.statistics.failed).toBe(1);
  });

  test("order holds when a handler publishes to its own subject", () => {
    const { bus } = setUp();
    bus.subscribe<number>("a", ({ payload }) => {
      if (payload < 3) bus.publish("a", payload + 1);
    });
    const seen = collect(bus, "a");
    bus.publish("a", 1);
    expect(seen).toEqual([1, 2, 3]);
    expect(bus.statistics.published).toBe(3);
  });

  test("subscriptions come into force and end at once, on cached routes too", () => {
    const { bus } = setUp();
    const first = collect(bus, "a.*");
    bus.publish("a.b", 1);
    const second: unknown[] = [];
    const subscription = bus.subscribe(">", ({ payload }) => void second.push(payload));
    bus.publish("a.b", 2);
    subscription.unsubscribe();
    subscription.unsubscribe();
    bus.publish("a.b", 3);
    expect([first, second]).toEqual([[1, 2, 3], [2]]);
    expect(bus.statistics).toMatchObject({ published: 3, delivered: 4, subscriptions: 1 });
  });

  test("a signal ends a subscription", () => {
    const { bus } = setUp();
    const controller = new AbortController();
    const seen = collect(bus, "a", { signal: controller.signal });
    bus.publish("a", 1);
    controller.abort();
    bus.publish("a", 2);
    expect(seen).toEqual([1]);
    expect(collect(bus, "a", { signal: AbortSignal.abort() })).toEqual([]);
    expect(bus.statistics.subscriptions).toBe(0);
  });

  test("what is no subject, pattern, option or filter is refused by name", () => {
    const { bus } = setUp();
    expect(codeOf(() => bus.publish("a.*", 1))).toBe("PROTOCOL_SUBJECT_INVALID");
    expect(codeOf(() => bus.subscribe("a..b", () => {}))).toBe("PROTOCOL_SUBJECT_INVALID");
    expect(codeOf(() => bus.publish("$sys.x", 1))).toBe("BUS_DENIED");
    expect(codeOf(() => bus.subscribe("$reply.n1.*", () => {}))).toBe("BUS_DENIED");
    expect(codeOf(() => bus.subscribe("a", () => {}, { credit: 0 }))).toBe("BUS_INVALID");
    expect(codeOf(() => bus.subscribe("a", () => {}, { queue: -1 }))).toBe("BUS_INVALID");
    expect(codeOf(() => bus.subscribe("a", () => {}, { overflow: "wait" as "block" }))).toBe("BUS_INVALID");
    expect(codeOf(() => bus.subscribe("a", () => {}, { filter: { kinds: ["x" as "data"] } }))).toBe(
      "PROTOCOL_FILTER_INVALID",
    );
  });

  test("a group's messages go to its members in turn; a broadcast goes to all", () => {
    const { bus } = setUp();
    const [a, b] = [collect(bus, "jobs.*", { group: "w" }), collect(bus, "jobs.>", { group: "w" })];
    const other = collect(bus, "jobs.*");
    for (let n = 1; n <= 4; n++) bus.publish("jobs.x", n);
    expect(other).toEqual([1, 2, 3, 4]);
    expect([a, b].toSorted()).toEqual([
      [1, 3],
      [2, 4],
    ]);
    bus.publish("jobs.x", 5, { broadcast: true });
    expect([a.at(-1), b.at(-1)]).toEqual([5, 5]);
  });

  test("a group passes over a member without room and those whose filter says no", async () => {
    const { bus } = setUp();
    const slow = gate();
    bus.subscribe("jobs", slow.handler, { group: "w", credit: 1 });
    const fast = collect(bus, "jobs", { group: "w", filter: { headers: { size: { max: 5 } } } });
    bus.publish("jobs", 1, { headers: { size: "9" } });
    bus.publish("jobs", 2, { headers: { size: "1" } });
    bus.publish("jobs", 3, { headers: { size: "1" } });
    bus.publish("jobs", 4, { headers: { size: "9" } });
    expect([slow.seen, fast]).toEqual([[1], [2, 3]]);
    slow.release();
    await Promise.resolve();
    expect(slow.seen).toEqual([1, 4]);
  });

  test("the last value is there for who comes later, until it is forgotten or expires", () => {
    const { bus, clock } = setUp({ retained: 2 });
    bus.publish("state.a", 1, { retain: true });
    bus.publish("state.a", 2, { retain: true });
    bus.publish("state.b", 3, { retain: true, ttlMs: 10 });
    expect(codeOf(() => bus.publish("state.c", 4, { retain: true }))).toBe("BUS_LIMIT");
    expect(collect(bus, "state.*")).toEqual([2, 3]);
    expect(collect(bus, "state.*", { retained: false })).toEqual([]);
    expect(bus.retained("state.a")?.payload).toBe(2);
    clock.advance(10);
    expect(bus.retained("state.b")).toBeUndefined();
    bus.publish("state.a", undefined, { retain: true });
    expect(collect(bus, ">")).toEqual([]);
    expect(bus.statistics.retained).toBe(0);
  });

  test("the standing topics", () => {
    const { bus } = setUp();
    const seen: unknown[] = [];
    bus.subscribe(">", ({ subject, payload }) => void seen.push([subject, payload]));
    const group = [collect(bus, "broadcast", { group: "g" }), collect(bus, "broadcast", { group: "g" })];
    bus.post(1);
    bus.post(2, { priority: "high" });
    bus.post({ name: "done" }, { kind: "event" });
    bus.post({ status: "healthy", sequence: 1 }, { kind: "heartbeat", priority: "critical" });
    bus.broadcast(5);
    expect(seen.map((each) => (each as unknown[])[0])).toEqual([
      "default",
      "priority",
      "events",
      "heartbeat",
      "broadcast",
    ]);
    expect(group).toEqual([[5], [5]]);
  });

  test("causation, correlation, urgency and trace follow from the cause", () => {
    const { bus } = setUp();
    const seen: Message[] = [];
    bus.subscribe("b", (message) => void seen.push(message));
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    bus.subscribe("a", (cause) => void bus.publish("b", 2, { cause }));
    bus.publish("a", 1, { priority: "high", trace: { traceparent, baggage: "k=v" } });
    const [b] = seen as [Message];
    expect(b.correlationId).toBe(b.causationId);
    expect(b.priority).toBe("high");
    expect(b.trace?.baggage).toBe("k=v");
    expect(b.trace?.traceparent).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/);
    expect(b.trace?.traceparent).not.toBe(traceparent);
    expect(b.trace).toBe(b.trace);
  });
});

describe("rights and limits", () => {
  test("a principal is asked about once a subject, a denial too, until rights change", () => {
    const asked: string[] = [];
    let allows = false;
    const { bus } = setUp({
      access: (principal, action, subject) => {
        asked.push(`${principal} ${action} ${subject}`);
        return allows;
      },
    });
    const guest = bus.as("guest");
    for (let n = 0; n < 3; n++) expect(codeOf(() => guest.publish("a.b", n))).toBe("BUS_DENIED");
    expect(asked).toEqual(["guest publish a.b"]);
    expect(codeOf(() => guest.subscribe("a.>", () => {}))).toBe("BUS_DENIED");
    allows = true;
    bus.forget("other");
    expect(codeOf(() => bus.as("guest").publish("a.b", 1))).toBe("BUS_DENIED");
    bus.forget("a.>");
    const seen = collect(bus, "a.b");
    guest.publish("a.b", 4);
    expect(seen).toEqual([4]);
    bus.publish("a.b", 5);
    expect(asked.some((each) => each.includes("undefined"))).toBe(false);
  });

  test("a bucket bounds what is published, by principal, by subject or in all", () => {
    const taken: number[] = [];
    const bucket = () => {
      let left = 2;
      taken.push(left);
      return { take: () => (left-- > 0 ? 0 : 250) };
    };
    const { bus } = setUp({ limits: [{ pattern: "a.>", bucket, per: "subject" }] });
    const seen = collect(bus, ">");
    for (let n = 0; n < 3; n++) for (const subject of ["a.b", "a.c", "b"]) codeOf(() => bus.publish(subject, n));
    expect(seen).toHaveLength(7);
    expect(taken).toHaveLength(2);
    try {
      bus.publish("a.b", 1);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: "RATE_LIMITED", retryAfterMs: 250, retryable: true });
    }
    expect(bus.statistics.refused).toBe(3);
  });

  test("subscriptions are bounded", () => {
    const { bus } = setUp({ subscriptions: 1 });
    collect(bus, "a");
    expect(codeOf(() => collect(bus, "b"))).toBe("BUS_LIMIT");
  });
});

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
