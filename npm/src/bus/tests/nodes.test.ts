import { describe, expect, test } from "vitest";
import { PolyphonError } from "../../errors/error.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { memoryTransport } from "../../transports/memory/memory-transport.ts";
import { Bus, type Message } from "../index.ts";

/** Two nodes that meet at a third. */
const setUp = async () => {
  const clock = new FakeClock();
  const hub = new Bus({ clock, node: "hub" });
  const node = (name: string): Bus => new Bus({ clock, node: name, transport: memoryTransport(hub) });
  return { clock, hub, a: node("a"), b: node("b"), node };
};
const collect = async (bus: Bus, pattern: string, options = {}) => {
  const seen: unknown[] = [];
  await bus.subscribe(pattern, ({ payload }) => void seen.push(payload), options).ready;
  return seen;
};
const outcome = (promise: Promise<unknown>) =>
  promise.then(
    (value) => ({ value }),
    (error) => ({ code: (error as PolyphonError).code, message: (error as Error).message }),
  );

describe("several nodes", () => {
  test("everybody gets a message once, wherever it is published", async () => {
    const { hub, a, b } = await setUp();
    const seen = [await collect(hub, "x.*"), await collect(a, "x.*"), await collect(a, "x.y"), await collect(b, "x.>")];
    await a.publish("x.y", 1);
    await b.publish("x.y", 2);
    await hub.publish("x.y", 3);
    expect(seen).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  test("a message keeps its id, source, cause and trace on the way", async () => {
    const { a, b } = await setUp();
    const seen: Message[] = [];
    await b.subscribe("x", (message) => void seen.push(message)).ready;
    const trace = { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" };
    await a.publish("x", 1, { trace, headers: { k: "v" }, kind: "event", priority: "high", correlationId: "c" });
    expect(seen[0]).toMatchObject({ source: "a", trace, headers: { k: "v" }, kind: "event", correlationId: "c" });
    const { id } = seen[0] as Message;
    expect(seen[0]?.id).toBe(id);
  });

  test("a group has its members on several nodes, and each message goes to one", async () => {
    const { a, b, hub } = await setUp();
    const seen = [await collect(a, "job", { group: "w" }), await collect(b, "job", { group: "w" })];
    seen.push(await collect(a, "job", { group: "w" }));
    for (let n = 0; n < 6; n++) await [a, b, hub][n % 3]?.publish("job", n);
    expect(seen.flat().toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(seen.every((each) => each.length > 0)).toBe(true);
    await b.publish("job", 9, { broadcast: true });
    expect(seen.map((each) => each.at(-1))).toEqual([9, 9, 9]);
  });

  test("requests are answered here if somebody can, else elsewhere", async () => {
    const { a, b, hub } = await setUp();
    await b.respond<number>("add", async ({ payload }) => payload + 1).ready;
    expect(await a.request("add", 1)).toBe(2);
    expect(await hub.request("add", 2)).toBe(3);
    expect(await b.request("add", 3)).toBe(4);
    await a.respond<number>("add", ({ payload }) => payload + 100).ready;
    expect(await a.request("add", 1)).toBe(101);
    expect(await outcome(a.request("nobody"))).toMatchObject({ code: "REQUEST_NO_RESPONDER" });
  });

  test("errors keep their code on the way, others become REQUEST_FAILED", async () => {
    const { a, b } = await setUp();
    await b.respond<string>("svc", ({ payload }) => {
      throw payload === "ours" ? new PolyphonError("TASK_CYCLE", { message: "round" }) : new TypeError("odd");
    }).ready;
    expect(await outcome(a.request("svc", "ours"))).toEqual({ code: "TASK_CYCLE", message: "round" });
    expect(await outcome(a.request("svc", "theirs"))).toEqual({ code: "REQUEST_FAILED", message: "odd" });
  });

  test("answers come one by one, and leaving the loop ends the responder", async () => {
    const { a, b, clock } = await setUp();
    const made: number[] = [];
    await b.respond<number>("count", async function* ({ payload }) {
      try {
        for (let n = 1; n <= payload; n++) {
          made.push(n);
          yield n;
        }
      } finally {
        made.push(-1);
      }
    }).ready;
    const seen: number[] = [];
    for await (const n of a.requestMany<number>("count", 3)) seen.push(n);
    expect(seen).toEqual([1, 2, 3]);
    for await (const _ of a.requestMany("count", 0)) expect.unreachable();
    made.length = 0;
    for await (const n of a.requestMany<number>("count", 1_000)) if (n === 2) break;
    await clock.settle();
    expect(made.at(-1)).toBe(-1);
    expect(made.length).toBeLessThan(10);
  });

  test("a repeated request finds the responder still at work, who is called once", async () => {
    const { a, b, clock } = await setUp();
    const open: ((value: string) => void)[] = [];
    await b.respond("svc", () => new Promise<string>((resolve) => open.push(resolve))).ready;
    const asked = outcome(a.request("svc", 1, { timeoutMs: 100, retries: 2 }));
    await clock.advanceAsync(150);
    expect(open).toHaveLength(1);
    open[0]?.("late");
    await clock.settle();
    expect(await asked).toEqual({ value: "late" });
    expect(a.statistics.requests).toMatchObject({ repeated: 1, pending: 0 });
    expect(clock.timers).toBe(0);
  });

  test("who gives up tells the responder on the other node", async () => {
    const { a, b, clock } = await setUp();
    const signals: AbortSignal[] = [];
    await b.respond("svc", ({ signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    }).ready;
    const controller = new AbortController();
    const aborted = outcome(a.request("svc", 1, { signal: controller.signal }));
    const late = outcome(a.request("svc", 2, { timeoutMs: 100, retries: 0 }));
    await clock.settle();
    controller.abort(new Error("enough"));
    await clock.settle();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    await clock.advanceAsync(100);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    expect(await aborted).toMatchObject({ message: "enough" });
    expect(await late).toMatchObject({ code: "REQUEST_TIMEOUT" });
  });

  test("a reader that stands still holds nobody else up, and costs bounded room", async () => {
    const { a, b, hub, node } = await setUp();
    const c = node("c");
    await b.subscribe("x", () => new Promise(() => {}), { credit: 1, queue: 3 }).ready;
    const fine = await collect(c, "x");
    for (let n = 0; n < 3_000; n++) await a.publish("x", n);
    expect(fine).toHaveLength(3_000);
    expect(b.statistics.waiting + hub.statistics.waiting).toBeLessThanOrEqual(3 + 1_024);
  });

  test("a publisher waits for a reader on another node that wants it to", async () => {
    const { a, b, clock } = await setUp();
    const open: (() => void)[] = [];
    const handler = () => new Promise<void>((resolve) => open.push(resolve));
    await b.subscribe("x", handler, { credit: 1, queue: 1, overflow: "block" }).ready;
    let taken = 0;
    const publishing = (async () => {
      for (let n = 0; n < 2_000; n++) {
        await a.publish("x", n);
        taken += 1;
      }
    })();
    for (let turn = 0; turn < 200; turn++) await clock.settle();
    expect(taken).toBeLessThan(1_400);
    for (let done = 0; done < 2_000; done++) {
      open[done]?.();
      await clock.settle();
    }
    await publishing;
    expect(open).toHaveLength(2_000);
  });

  test("last values of the other side come first", async () => {
    const { a, b } = await setUp();
    await a.publish("state", 1, { retain: true });
    expect(await collect(b, "state")).toEqual([1]);
  });

  test("every subscriber of a pattern gets the last values of the other side, as they are then", async () => {
    const { a, b, hub } = await setUp();
    await a.publish("state.x", 1, { retain: true });
    await a.publish("state.y", 1, { retain: true });
    const first = b.subscribe("state.*", () => undefined);
    await first.ready;
    expect((await collect(b, "state.*")).toSorted()).toEqual([1, 1]);
    await a.publish("state.x", 2, { retain: true });
    await hub.publish("state.y", undefined, { retain: true });
    const late = await collect(b, "state.*");
    expect(late).toEqual([2]);
    expect(await collect(b, "state.*", { retained: false })).toEqual([]);
    // One that is set here instead counts, and comes once although the other side has it too.
    await b.publish("state.x", 3, { retain: true });
    expect([late, await collect(b, "state.*"), await collect(b, "state.x")]).toEqual([[2, 3], [3], [3]]);
    expect(await collect(a, "state.*")).toEqual([3]);
  });

  test("last values of the other side are forgotten with the last subscriber, and asked for anew", async () => {
    const { a, b } = await setUp();
    await a.publish("state", 1, { retain: true });
    const only = b.subscribe("state", () => undefined);
    await only.ready;
    only.unsubscribe();
    await a.publish("state", 2, { retain: true });
    expect(await collect(b, "state")).toEqual([2]);
  });

  test("a closed transport is known in health and refuses", async () => {
    const { a, clock } = await setUp();
    await collect(a, "x");
    expect(a.health()).toMatchObject({ state: "up", transport: { state: "up", kind: "memory", subscriptions: 1 } });
    await a.drain();
    expect(a.health()).toMatchObject({ state: "draining", transport: { state: "draining" } });
    await a.close();
    await clock.settle();
    expect(a.health()).toMatchObject({ state: "closed", transport: { state: "closed" } });
    const transport = memoryTransport(new Bus({ clock }));
    await transport.close();
    expect(await outcome(transport.subscribe("x", () => {}))).toMatchObject({ code: "TRANSPORT_CLOSED" });
  });
});
