import { describe, expect, test } from "vitest";
import type { BusEvent, Message } from "../index.ts";
import { codeOf, collect, gate, setUp } from "./set-up.ts";

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
