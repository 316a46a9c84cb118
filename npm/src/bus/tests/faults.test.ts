import { describe, expect, test } from "vitest";
import { FakeClock } from "../../testing/fake-clock.ts";
import { memoryTransport } from "../../transports/memory/memory-transport.ts";
import type { Transport, TransportMessage } from "../../transports/transport.ts";
import { Bus } from "../index.ts";
import { gate } from "./set-up.ts";

type Deliver = (message: TransportMessage) => unknown;

/** A transport to `home` whose messages from there wait until they are let through. */
function held(home: Bus): { readonly transport: Transport; readonly deliver: Deliver[]; release(): void } {
  const inner = memoryTransport(home);
  const waiting: (() => void)[] = [];
  const deliver: Deliver[] = [];
  const transport: Transport = Object.create(inner, {
    publish: { value: (message: TransportMessage) => inner.publish(message) },
    request: { value: inner.request.bind(inner) },
    health: { value: inner.health.bind(inner) },
    subscribe: {
      value: (pattern: string, take: Deliver, options: object) => {
        deliver.push(take);
        return inner.subscribe(pattern, (message) => void waiting.push(() => take(message)), options);
      },
    },
  });
  return { transport, deliver, release: () => waiting.splice(0).forEach((each) => void each()) };
}

describe("on the way between nodes", () => {
  test("a message whose time is over when it arrives is delivered to nobody", async () => {
    const clock = new FakeClock();
    const home = new Bus({ clock });
    const { transport, release } = held(home);
    const node = new Bus({ clock, transport });
    const seen: unknown[] = [];
    const subscription = node.subscribe("x", ({ payload }) => void seen.push(payload));
    await subscription.ready;
    await home.publish("x", "late", { ttlMs: 50 });
    await home.publish("x", "in time", { ttlMs: 51 });
    clock.advance(50);
    release();
    expect(seen).toEqual(["in time"]);
    expect(subscription.statistics).toMatchObject({ delivered: 1, expired: 1 });
  });

  test("last values that come again, as they do after a session was lost, are delivered once", async () => {
    const home = new Bus();
    const { transport, deliver, release } = held(home);
    const node = new Bus({ transport });
    const seen: unknown[] = [];
    await node.subscribe("state", ({ payload }) => void seen.push(payload)).ready;
    await home.publish("state", 1, { retain: true });
    release();
    const again = home.retained("state") as TransportMessage;
    deliver[0]?.(again);
    await node.publish("state", 2, { retain: true });
    const own = node.retained("state") as TransportMessage;
    deliver[0]?.(own);
    expect(seen).toEqual([1, 2]);
    deliver[0]?.(again);
    expect(seen).toEqual([1, 2, 1]);
  });

  test("a last value that was set here and is under way is not replaced by an older one", async () => {
    const clock = new FakeClock();
    const home = new Bus({ clock });
    await home.publish("state", 1, { retain: true });
    const old = home.retained("state") as TransportMessage;
    const { transport, deliver } = held(home);
    const node = new Bus({ clock, transport });
    const seen: unknown[] = [];
    await node.subscribe("state", ({ payload }) => void seen.push(payload)).ready;
    clock.advance(10);
    const sent = node.publish("state", 2, { retain: true });
    deliver[0]?.(old);
    await sent;
    expect(seen).toEqual([2]);
  });

  test("of a group's members on a node one with room gets the message", async () => {
    const home = new Bus();
    const node = new Bus({ transport: memoryTransport(home) });
    const seen: unknown[] = [];
    await node.subscribe("job", () => new Promise(() => undefined), { group: "w", credit: 1 }).ready;
    await node.subscribe("job", ({ payload }) => void seen.push(payload), { group: "w" }).ready;
    for (let n = 1; n <= 4; n++) await home.publish("job", n);
    expect(seen).toEqual([2, 3, 4]);
  });

  test("a message of a group goes to a member that takes it, wherever that is", async () => {
    const home = new Bus();
    const [a, b] = ["a", "b"].map((node) => new Bus({ node, transport: memoryTransport(home) }));
    const seen: string[] = [];
    const take = (name: string) => (): void => void seen.push(name);
    await a?.subscribe("job", take("urgent"), { group: "w", filter: { priority: "high" } }).ready;
    await b?.subscribe("job", take("any"), { group: "w" }).ready;
    await b?.subscribe("job", take("low"), { group: "w", filter: { kinds: ["event"] } }).ready;
    for (let n = 0; n < 3; n++) await home.publish("job", n, { priority: "low" });
    expect(seen).toEqual(["any", "any", "any"]);
    for (let n = 0; n < 4; n++) await home.publish("job", n, { priority: "high" });
    expect(new Set(seen.slice(3))).toEqual(new Set(["any", "urgent"]));
  });

  test("a subscriber that rejects loses nothing that could not be rejected any more", async () => {
    const home = new Bus();
    const node = new Bus({ transport: memoryTransport(home) });
    const { seen, handler, release } = gate();
    await node.subscribe("x", handler, { credit: 1, queue: 1, overflow: "reject" }).ready;
    for (let n = 0; n < 4; n++) await home.publish("x", n);
    for (let n = 0; n < 4; n++) {
      release();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    expect(seen).toEqual([0, 1, 2, 3]);
  });

  test("a payload of null forgets a last value, as codecs have nothing else to say", async () => {
    const bus = new Bus();
    await bus.publish("state", 1, { retain: true });
    await bus.publish("state", null, { retain: true });
    expect(bus.retained("state")).toBeUndefined();
  });
});

describe("who waits for an answer", () => {
  test("does not hear of a listener that has no room for the request", async () => {
    const bus = new Bus();
    bus.subscribe(">", () => new Promise(() => undefined), { credit: 1, queue: 0 });
    bus.respond("ask", async ({ payload }) => payload);
    expect(await bus.request("ask", 1)).toBe(1);
    expect(await bus.request("ask", 2)).toBe(2);
  });

  test("of several that were asked in turn those that still work are called off by an answer", async () => {
    const clock = new FakeClock();
    const home = new Bus({ clock });
    const [a, b, c] = ["a", "b", "c"].map((node) => new Bus({ clock, node, transport: memoryTransport(home) }));
    const signals: AbortSignal[] = [];
    await a?.respond("ask", ({ signal }) => {
      signals.push(signal);
      return new Promise(() => undefined);
    }).ready;
    await b?.respond("ask", () => "here").ready;
    const answer = c?.request("ask", undefined, { timeoutMs: 100, retries: 1 });
    await clock.advanceAsync(0);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    await clock.advanceAsync(100);
    expect(await answer).toBe("here");
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  test("calls its own responder off when the request came back to it", async () => {
    const clock = new FakeClock();
    const home = new Bus({ clock });
    const [a, b] = ["a", "b"].map((node) => new Bus({ clock, node, transport: memoryTransport(home) }));
    const signals: AbortSignal[] = [];
    const silent = ({ signal }: { readonly signal: AbortSignal }): Promise<never> => {
      signals.push(signal);
      return new Promise(() => undefined);
    };
    await b?.respond("ask", silent).ready;
    const answer = a?.request("ask", undefined, { timeoutMs: 100, retries: 1 }).catch(({ code }) => code);
    await clock.advanceAsync(50);
    await a?.respond("ask", silent).ready;
    await clock.advanceAsync(150);
    expect(await answer).toBe("REQUEST_TIMEOUT");
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });
});

describe("a line of no length", () => {
  test("a publisher that waits for a subscriber without a queue goes on with it", async () => {
    const bus = new Bus();
    const { seen, handler, release } = gate();
    const subscription = bus.subscribe("x", handler, { credit: 1, queue: 0, overflow: "block" });
    const waits = [1, 2, 3].map((n) => bus.publish("x", n));
    for (let n = 0; n < 2; n++) {
      release();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    await Promise.all(waits);
    expect(seen).toEqual([1, 2, 3]);
    void bus.publish("x", 4);
    subscription.unsubscribe();
    expect(subscription.statistics).toMatchObject({ delivered: 3, dropped: 1, waiting: 0 });
  });
});
