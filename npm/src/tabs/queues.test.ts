import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bus } from "../bus/bus.ts";
import type { QueueMessage } from "../bus/queue/message.ts";
import { type MemoryDisk, memoryDisk } from "../stores/memory/memory-disk.ts";
import { memoryStore } from "../stores/memory/memory-store.ts";
import type { Team } from "../team/team.ts";
import { Teams } from "../team/testing/teams.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { memoryTransport } from "../transports/memory/memory-transport.ts";
import { Asking } from "./asking.ts";
import { serveTabs } from "./calls.ts";
import type { ServedQueues } from "./served-queues.ts";
import { SharedQueues } from "./shared-queues.ts";
import { SwitchTransport } from "./switch-transport.ts";

const teams = new Teams();
let clock: FakeClock;
let disk: MemoryDisk;
let tabs: Tab[];
let owner: { readonly team: Team; readonly hub: Bus; readonly served: ServedQueues } | undefined;
beforeEach(() => {
  clock = new FakeClock();
  disk = memoryDisk();
  tabs = [];
});
afterEach(async () => {
  for (const { bus } of tabs) await bus.close();
  await teams.close();
});

interface Tab {
  readonly way: SwitchTransport;
  readonly bus: Bus;
  readonly queues: SharedQueues;
}

/** A tab, by the way there is. */
async function tab(name = "tab-1"): Promise<Tab> {
  const way = new SwitchTransport(() => undefined);
  const bus = new Bus({ clock, transport: way });
  const made = { way, bus, queues: new SharedQueues(name, new Asking(bus, clock), clock) };
  tabs.push(made);
  if (owner !== undefined) await way.turn(memoryTransport(owner.hub));
  return made;
}

/** The journal's next owner, which answers every tab from now on. */
async function lead(): Promise<Team> {
  await leave();
  const team = await teams.open({ clock, store: memoryStore({ disk }) });
  const hub = new Bus({ clock });
  owner = { team, hub, served: serveTabs(team, hub) };
  for (const { way } of tabs) await way.turn(memoryTransport(hub));
  return team;
}

/** The owner is gone; nobody has the journal. */
async function leave(): Promise<void> {
  for (const { way } of tabs) await way.turn(undefined);
  await owner?.hub.close();
  await owner?.team.close();
  owner = undefined;
}

async function pass(ms = 200): Promise<void> {
  await clock.advanceAsync(ms);
}

/** The code a call is refused with. */
async function codeOf(call: Promise<unknown>): Promise<string> {
  let code = "none";
  call.catch((error: { code: string }) => (code = error.code));
  await pass();
  return code;
}

describe("a queue of a tab", () => {
  test("publishes, consumes, and shows what is where", async () => {
    await lead();
    const { queues } = await tab();
    const queue = queues.queue<unknown>("work", { maxAttempts: 2, retry: { initialMs: 10, jitter: 0 } });
    const seen: unknown[] = [];
    const numbers = await Promise.all([
      queue.publish({ a: 1 }, { headers: { from: "me" }, key: "k", priority: "high" }),
      queue.publish(new Uint8Array([1, 2, 3]).subarray(1), { id: "mine" }),
      queue.publish("bad"),
    ]);
    const consumer = queue.consume(({ value, headers, key, id, attempt, priority }) => {
      seen.push([value, headers, key, id === "mine", attempt, priority]);
      if (value === "bad") throw new Error("no");
    });
    await pass();
    expect(seen).toEqual([
      [{ a: 1 }, { from: "me" }, "k", false, 1, "high"],
      [new Uint8Array([2, 3]), {}, null, true, 1, "medium"],
      ["bad", {}, null, false, 1, "medium"],
      ["bad", {}, null, false, 2, "medium"],
    ]);
    expect(await queue.stats()).toMatchObject({ published: 3, acked: 2, dead: 1, inFlight: 0, failed: 0 });
    expect(await queue.deadLetters()).toMatchObject([{ number: numbers[2], value: "bad", detail: "no" }]);
    expect(await queue.redrive("all")).toBe(1);
    await pass();
    expect(await queue.discard("all")).toBe(1);
    await consumer.close();
    expect(await codeOf(queue.publish(undefined))).toBe("PAYLOAD_INVALID");
    expect(await codeOf(queue.redrive([99]))).toBe("MESSAGE_UNKNOWN");
    await queue.remove();
    expect(await codeOf(queue.publish("late"))).toBe("QUEUE_UNKNOWN");
  });

  test("has schedules", async () => {
    await lead();
    const { queues } = await tab();
    const queue = queues.queue("work", {});
    await queue.schedule("nightly", "0 3 * * *", { go: true });
    expect(await queue.schedules()).toMatchObject([{ name: "nightly", cron: "0 3 * * *", published: 0 }]);
    expect(await codeOf(queue.schedule("wrong", "every day", 1))).toBe("SCHEDULE_INVALID");
    await queue.unschedule("nightly");
    expect(await codeOf(queue.unschedule("nightly"))).toBe("SCHEDULE_UNKNOWN");
  });

  test("is refused what makes no sense, once and for all", async () => {
    await lead();
    const { queues } = await tab();
    const queue = queues.queue("work", { maxAttempts: 0 });
    expect(await codeOf(queue.ready)).toBe("QUEUE_INVALID");
    expect(await codeOf(queue.publish(1))).toBe("QUEUE_INVALID");
    const errors: string[] = [];
    queue.consume(() => undefined, { onError: (error) => errors.push((error as { code?: string }).code ?? "") });
    await pass();
    expect(errors).toEqual(["QUEUE_INVALID"]);
    queues.queue("kind", {});
    await pass();
    expect(await codeOf(queues.stream("kind", {}).ready)).toBe("QUEUE_KIND");
  });

  test("publishes once what was under way when the journal changed hands", async () => {
    await lead();
    const { queues, way } = await tab();
    const queue = queues.queue<number>("work", {});
    await queue.ready;
    // It reaches the journal, and its answer reaches nobody.
    const { team } = owner as NonNullable<typeof owner>;
    const lost = new Bus({ clock });
    lost.respond("polyphon.tabs.call", async ({ payload }) => {
      await owner?.hub.request("polyphon.tabs.call", payload);
      return new Promise(() => undefined);
    });
    await way.turn(memoryTransport(lost));
    const published = queue.publish(7);
    await pass();
    expect(await team.queue("work").stats()).toMatchObject({ published: 1 });
    const again = await lead();
    await pass();
    expect(await published).toBe(1);
    expect(await again.queue("work").stats()).toMatchObject({ published: 1, waiting: 1 });
    const forgetful = queues.queue<number>("forgetful", { dedup: { windowMs: 0 } });
    await forgetful.ready;
    await way.turn(memoryTransport(lost));
    let refused = "";
    forgetful.publish(8).catch((error: { code: string }) => (refused = error.code));
    await pass();
    await way.turn(memoryTransport((owner as NonNullable<typeof owner>).hub));
    await pass();
    expect(refused).toBe("TRANSPORT_LOST");
  });

  test("waits for room, which a signal ends", async () => {
    await lead();
    const { queues } = await tab();
    const queue = queues.queue<number>("work", { maxMessages: 1, overflow: "block" });
    await queue.publish(1);
    const end = new AbortController();
    const left = queue.publish(2, { signal: end.signal });
    left.catch(() => undefined);
    const waits = queue.publish(3);
    await pass();
    end.abort(new Error("enough"));
    await expect(left).rejects.toThrow("enough");
    const seen: number[] = [];
    queue.consume(({ value }) => void seen.push(value));
    await pass();
    await waits;
    expect(seen).toEqual([1, 3]);
  });

  test("acknowledges with what comes of it, in another queue or stream", async () => {
    await lead();
    const { queues } = await tab();
    const [from, to] = [queues.queue<number>("from", {}), queues.stream<number>("to", {})];
    await from.publish(1);
    let numbers: readonly number[] = [];
    let refused = "";
    from.consume(async (message) => {
      const nowhere = { name: "nowhere", publish: async () => 0 };
      await message
        .ackAndPublish([{ queue: nowhere, value: 1 }])
        .catch((error: { code: string }) => (refused = error.code));
      await message.extend(60_000);
      numbers = await message.ackAndPublish([{ queue: to, value: message.value * 10 }]);
    });
    await pass();
    expect(refused).toBe("QUEUE_UNKNOWN");
    const seen: [number, number][] = [];
    for await (const { number, value } of to.read({ follow: false })) seen.push([number, value]);
    expect(seen).toEqual([[numbers[0], 10]]);
    expect(await from.stats()).toMatchObject({ acked: 1, inFlight: 0 });
  });
});

describe("a consumer of a tab", () => {
  test("is handed what it held again when the journal changes hands; its old reports count no more", async () => {
    await lead();
    const { queues } = await tab();
    const queue = queues.queue<number>("work", {});
    await queue.publish(1);
    const held: QueueMessage<number>[] = [];
    const errors: string[] = [];
    const onError = (error: Error): void => void errors.push((error as { code?: string }).code ?? "");
    queue.consume(
      (message) => {
        held.push(message);
        return new Promise(() => undefined);
      },
      { onError },
    );
    await pass();
    expect(held).toHaveLength(1);
    await lead();
    await pass(5_000);
    expect(held.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(await codeOf((held[0] as QueueMessage).ack())).toBe("LEASE_FENCED");
    await (held[1] as QueueMessage).ack();
    expect(errors).toEqual(["LEASE_FENCED"]);
    expect(await queue.stats()).toMatchObject({ published: 1, acked: 1 });
  });

  test("loses nothing that was acknowledged, and gets nothing again that was", async () => {
    await lead();
    const { queues } = await tab();
    const queue = queues.queue<number>("work", {});
    const acked = new Set<number>();
    const begun: number[] = [];
    queue.consume(async (message) => {
      if (acked.has(message.value)) throw new Error("it was acknowledged");
      begun.push(message.value);
      await new Promise<void>((resolve) => clock.after(30, resolve));
      await message.ack();
      acked.add(message.value);
    });
    const published = Promise.all(Array.from({ length: 40 }, (_, value) => queue.publish(value)));
    await pass(20);
    await lead();
    await pass(20);
    await lead();
    await pass(60_000);
    expect(new Set(await published).size).toBe(40);
    expect(acked.size).toBe(40);
    expect(await queue.stats()).toMatchObject({ published: 40, acked: 40, waiting: 0, inFlight: 0, dead: 0 });
  });

  test("whose tab is gone gives back what it held, at once", async () => {
    await lead();
    const [first, second] = [await tab("tab-1"), await tab("tab-2")];
    const queue = first.queues.queue<number>("work", { leaseMs: 600_000 });
    await Promise.all([queue.publish(1), queue.publish(2)]);
    let held = 0;
    queue.consume(() => {
      held += 1;
      return new Promise(() => undefined);
    });
    await pass();
    expect(held).toBe(2);
    const seen: [number, number][] = [];
    second.queues.queue<number>("work", { leaseMs: 600_000 }).consume(({ value, attempt }) => {
      seen.push([value, attempt]);
    });
    await pass();
    expect(seen).toEqual([]);
    // What it had begun may be what it died of, so it counts.
    owner?.served.gone("tab-1");
    await pass();
    expect(seen).toEqual([
      [1, 2],
      [2, 2],
    ]);
    expect(await second.queues.queue("work", {}).stats()).toMatchObject({ acked: 2, inFlight: 0 });
  });

  test("whose way to the owner ends gives back what it held, and is handed it again", async () => {
    await lead();
    const { queues, way } = await tab();
    const queue = queues.queue<number>("work", { leaseMs: 600_000 });
    await queue.publish(1);
    const attempts: number[] = [];
    queue.consume(({ attempt }) => {
      attempts.push(attempt);
      return attempt === 1 ? new Promise(() => undefined) : undefined;
    });
    await pass();
    await way.turn(memoryTransport((owner as NonNullable<typeof owner>).hub));
    await pass();
    expect(attempts).toEqual([1, 2]);
    expect(await queue.stats()).toMatchObject({ acked: 1 });
  });

  test("that closes finishes what it has, and takes nothing more", async () => {
    await lead();
    const { queues } = await tab();
    const queue = queues.queue<number>("work", {});
    await queue.publish(1);
    let finish: () => void = () => undefined;
    const consumer = queue.consume(() => new Promise<void>((resolve) => (finish = resolve)));
    await pass();
    let isClosed = false;
    const closing = consumer.close().then(() => (isClosed = true));
    await queue.publish(2);
    await pass();
    expect(isClosed).toBe(false);
    finish();
    await pass();
    await closing;
    expect(await queue.stats()).toMatchObject({ acked: 1, waiting: 1, inFlight: 0 });
  });
});

describe("a stream of a tab", () => {
  test("has groups that each get everything, over a change of owner", async () => {
    await lead();
    const { queues } = await tab();
    const orders = queues.stream<number>("orders", {});
    const seen: Record<string, number[]> = { a: [], b: [] };
    for (const name of ["a", "b"]) orders.group(name).consume(({ value }) => void seen[name]?.push(value));
    const oldest = await orders.publish(1);
    await pass();
    await lead();
    await pass();
    const last = await orders.publish(2);
    await pass();
    expect(seen).toEqual({ a: [1, 2], b: [1, 2] });
    expect(await orders.groups()).toMatchObject([
      { name: "a", acked: 2, behind: 0 },
      { name: "b", acked: 2, behind: 0 },
    ]);
    expect(await orders.group("a").stats()).toMatchObject({ acked: 2, behind: 0 });
    expect(await orders.stats()).toMatchObject({ oldest, last });
    expect(await orders.group("c", { from: "end" }).stats()).toMatchObject({ behind: 0 });
    expect(await codeOf(orders.remove())).toBe("QUEUE_NOT_EMPTY");
  });

  test("is read under a cursor that goes on with the next owner", async () => {
    await lead();
    const { queues } = await tab();
    const orders = queues.stream<number>("orders", {});
    const seen: number[] = [];
    const end = new AbortController();
    const read = async (): Promise<void> => {
      for await (const { value } of orders.read({ cursor: "mine", signal: end.signal })) seen.push(value);
    };
    const reading = read();
    await orders.publish(1);
    await pass();
    await lead();
    await pass();
    await orders.publish(2);
    await pass();
    end.abort();
    await pass();
    await reading;
    expect(seen).toEqual([1, 2]);
    expect(await orders.cursors()).toEqual([{ name: "mine", position: 2, behind: 0, isExpired: false }]);
    await orders.publish(3);
    for await (const message of orders.read({ cursor: "mine", follow: false })) {
      seen.push(message.value);
      await message.ack();
    }
    await orders.seek("mine", 2);
    for await (const { value } of orders.read({ cursor: "mine", follow: false })) seen.push(value);
    expect(seen).toEqual([1, 2, 3, 2, 3]);
    await orders.purge();
    expect(await orders.stats()).toMatchObject({ waiting: 0, oldest: 4 });
    await orders.publish(4);
    await orders.purge(5);
    const expired = orders.read({ cursor: "mine", from: 4, follow: false }).next();
    expect(await codeOf(expired)).toBe("CURSOR_EXPIRED");
    await orders.removeCursor("mine");
    expect(await codeOf(orders.seek("mine", "start"))).toBe("CURSOR_UNKNOWN");
  });

  test("is read page by page, however large the messages are", async () => {
    await lead();
    const { queues } = await tab();
    const large = queues.stream<Uint8Array>("large", {});
    for (let part = 0; part < 5; part++) await large.publish(new Uint8Array(600_000).fill(part));
    const seen: (number | undefined)[] = [];
    for await (const { value } of large.read({ follow: false })) seen.push(value[0]);
    expect(seen).toEqual([0, 1, 2, 3, 4]);
  });
});
