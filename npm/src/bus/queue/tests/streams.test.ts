import { afterEach, describe, expect, it } from "vitest";
import { memoryStore } from "../../../stores/memory/memory-store.ts";
import { Teams } from "../../../team/testing/teams.ts";
import { FakeClock } from "../../../testing/fake-clock.ts";
import { faultyStore } from "../../../testing/faulty-store.ts";
import type { DurableStream, StreamMessage } from "../stream.ts";
import { until } from "./until.ts";

const teams = new Teams();
afterEach(() => teams.close());

/** What a reader finds up to the end. */
async function all<T>(messages: AsyncIterable<StreamMessage<T>>): Promise<T[]> {
  const found: T[] = [];
  for await (const { value } of messages) found.push(value);
  return found;
}

async function fill(stream: DurableStream<number>, count: number): Promise<readonly number[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => stream.publish(index + 1)));
}

describe("groups of a stream", () => {
  it("each get every message, and inside one a consumer gets each", async () => {
    const team = await teams.open();
    const orders = team.stream<number>("orders");
    const [billing, parcels] = [orders.group("billing"), orders.group("parcels")];
    const seen = { first: [] as number[], second: [] as number[], parcels: [] as number[] };
    billing.consume(({ value }) => seen.first.push(value), { concurrency: 1 });
    billing.consume(({ value }) => seen.second.push(value), { concurrency: 1 });
    parcels.consume(({ value }) => seen.parcels.push(value));
    await fill(orders, 6);
    await until(async () => (await billing.stats()).acked + (await parcels.stats()).acked === 12);
    expect([...seen.first, ...seen.second].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(seen.first.length).toBeGreaterThan(0);
    expect(seen.second.length).toBeGreaterThan(0);
    expect(seen.parcels).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await orders.stats()).toMatchObject({ published: 6, waiting: 6, oldest: 1, last: 6 });
  });

  it("have numbers, attempts and dead letters of their own, under the number of the stream", async () => {
    const team = await teams.open();
    const orders = team.stream<string>("orders");
    const billing = orders.group("billing", { maxAttempts: 1 });
    const parcels = orders.group("parcels");
    const numbers: number[] = [];
    billing.consume((message) => message.reject("no address"));
    parcels.consume(({ number }) => numbers.push(number));
    const long = "x".repeat(1_000);
    const number = await orders.publish(long, { headers: { to: "ada" } });
    await until(async () => (await billing.stats()).dead === 1 && numbers.length === 1);
    expect(numbers).toEqual([number]);
    const [letter] = await billing.deadLetters();
    expect(letter).toMatchObject({ origin: number, value: long, headers: { to: "ada" }, detail: "no address" });
    expect(await parcels.deadLetters()).toEqual([]);
    await billing.discard("all");
    expect(await billing.stats()).toMatchObject({ dead: 0, dropped: 1, behind: 0 });
  });

  it("begin where they say, and go on where they were after a restart", async () => {
    const store = memoryStore();
    const clock = new FakeClock();
    {
      await using team = await teams.open({ store, clock });
      const orders = team.stream<number>("orders");
      await fill(orders, 2);
      clock.advance(1_000);
      await fill(orders, 2);
      const sinceMs = clock.wallMs();
      for (const [name, from] of [["start"], ["end"], ["at", 3], ["since", { sinceMs }]] as const) {
        await orders.group(name, from === undefined ? (name === "end" ? { from: name } : {}) : { from }).ready;
      }
      const behind = (await orders.groups()).map((group) => [group.name, group.behind]);
      expect(behind.sort()).toEqual([
        ["at", 2],
        ["end", 0],
        ["since", 2],
        ["start", 4],
      ]);
      const seen: number[] = [];
      const consumer = orders.group("start").consume(({ value }) => seen.push(value), { concurrency: 1 });
      await until(() => seen.length >= 2);
      await consumer.close();
    }
    await using team = await teams.open({ store, clock });
    const group = team.stream<number>("orders").group("start", { from: "end" });
    group.consume(() => undefined);
    await until(async () => (await group.stats()).acked === 4);
    expect(await group.stats()).toMatchObject({ published: 4, behind: 0 });
  });

  it("take an acknowledgement with messages for the stream it came from", async () => {
    const team = await teams.open();
    const orders = team.stream<number>("orders");
    const billing = orders.group("billing");
    const seen: number[] = [];
    billing.consume(async (message) => {
      seen.push(message.value);
      if (message.value < 3) await message.ackAndPublish([{ queue: orders, value: message.value + 1 }]);
    });
    await orders.publish(1);
    await until(async () => (await billing.stats()).acked === 3);
    expect(seen).toEqual([1, 2, 3]);
  });

  it("that are removed are gone with what they held, and others go on", async () => {
    const team = await teams.open();
    const orders = team.stream<number>("orders", { keep: "acked" });
    const [billing, parcels] = [orders.group("billing"), orders.group("parcels")];
    const done = billing.consume(() => undefined);
    await Promise.all([billing.ready, parcels.ready]);
    await fill(orders, 3);
    await until(async () => (await billing.stats()).acked === 3);
    expect((await orders.stats()).waiting).toBe(3);
    await parcels.remove();
    await until(async () => (await orders.stats()).waiting === 0);
    expect((await orders.groups()).map(({ name }) => name)).toEqual(["billing"]);
    await expect(parcels.stats()).rejects.toMatchObject({ code: "QUEUE_UNKNOWN" });
    await done.close();
    await billing.remove();
    await orders.remove();
    await expect(orders.stats()).rejects.toMatchObject({ code: "QUEUE_UNKNOWN" });
  });
});

describe("a cursor", () => {
  it("goes on behind the last message that was dealt with, in another process too", async () => {
    const store = memoryStore();
    {
      await using team = await teams.open({ store });
      const orders = team.stream<number>("orders");
      await fill(orders, 5);
      for await (const message of orders.read({ cursor: "dashboard" })) {
        if (message.value === 3) break;
      }
      expect(await orders.cursors()).toEqual([{ name: "dashboard", position: 2, behind: 3, isExpired: false }]);
    }
    await using team = await teams.open({ store });
    const orders = team.stream<number>("orders");
    const seen: number[] = [];
    for await (const message of orders.read({ cursor: "dashboard", from: "end", follow: false })) {
      seen.push(message.value);
      if (message.value === 4) await message.ack();
      if (message.value === 4) break;
    }
    expect(seen).toEqual([3, 4]);
    expect(await all(orders.read({ cursor: "dashboard", follow: false }))).toEqual([5]);
    expect((await orders.cursors())[0]?.behind).toBe(0);
  });

  it("does not count a message whose reader failed", async () => {
    const team = await teams.open();
    const orders = team.stream<number>("orders");
    await fill(orders, 2);
    const reading = async (): Promise<void> => {
      for await (const message of orders.read({ cursor: "c" })) if (message.value === 2) throw new Error("broken");
    };
    await expect(reading()).rejects.toThrow("broken");
    expect(await all(orders.read({ cursor: "c", follow: false }))).toEqual([2]);
  });

  it("whose place is kept no more is refused with the oldest message that is, and can be put there", async () => {
    const team = await teams.open();
    const orders = team.stream<number>("orders");
    await fill(orders, 4);
    for await (const { value } of orders.read({ cursor: "slow" })) if (value === 2) break;
    await orders.purge(4);
    expect(await orders.cursors()).toMatchObject([{ name: "slow", position: 1, isExpired: true }]);
    const late = { code: "CURSOR_EXPIRED", details: { position: 2, oldest: 4, cursor: "slow" } };
    await expect(all(orders.read({ cursor: "slow" }))).rejects.toMatchObject(late);
    await expect(orders.seek("slow", 3)).rejects.toMatchObject({ code: "CURSOR_EXPIRED" });
    await expect(all(orders.read({ from: 1 }))).rejects.toMatchObject({ code: "CURSOR_EXPIRED" });
    await expect(orders.group("late", { from: 3 }).ready).rejects.toMatchObject({ code: "CURSOR_EXPIRED" });
    await orders.seek("slow", "start");
    expect(await all(orders.read({ cursor: "slow", follow: false }))).toEqual([4]);
    await orders.removeCursor("slow");
    await expect(orders.removeCursor("slow")).rejects.toMatchObject({ code: "CURSOR_UNKNOWN" });
    await expect(orders.seek("slow", "start")).rejects.toMatchObject({ code: "CURSOR_UNKNOWN" });
  });

  it("hears of age too", async () => {
    const clock = new FakeClock();
    const team = await teams.open({ clock });
    const orders = team.stream<number>("orders", { retentionMs: 1_000 });
    await fill(orders, 2);
    for await (const { value } of orders.read({ cursor: "slow" })) if (value === 1) break;
    clock.advance(1_001);
    await until(async () => (await orders.stats()).expired === 2);
    await expect(all(orders.read({ cursor: "slow" }))).rejects.toMatchObject({ code: "CURSOR_EXPIRED" });
  });

  it("is written again when the store could not", async () => {
    let fails = false;
    const store = faultyStore(memoryStore(), { append: () => (fails ? "fail" : undefined) });
    const team = await teams.open({ store });
    const orders = team.stream<number>("orders");
    await fill(orders, 3);
    for await (const message of orders.read({ cursor: "c", follow: false })) {
      if (message.value === 1) {
        fails = true;
        await expect(message.ack()).rejects.toMatchObject({ code: "STORE_IO" });
        fails = false;
      }
      if (message.value === 2) break;
    }
    expect((await orders.cursors())[0]?.position).toBe(1);
    expect(await all(orders.read({ cursor: "c", follow: false }))).toEqual([2, 3]);
  });
});

describe("a reader", () => {
  it("waits at the end for more, until its signal", async () => {
    const team = await teams.open();
    const orders = team.stream<number>("orders");
    const controller = new AbortController();
    const seen: number[] = [];
    const reading = (async () => {
      for await (const { value } of orders.read({ from: "end", signal: controller.signal })) seen.push(value);
    })();
    await orders.ready;
    await until(async () => {
      await orders.publish(7);
      return seen.length > 0;
    });
    await orders.publish(8);
    await until(() => seen.at(-1) === 8);
    controller.abort();
    await reading;
    expect(new Set(seen)).toEqual(new Set([7, 8]));
  });

  it("ends with its team", async () => {
    const team = await teams.open();
    const reading = all(team.stream("orders").read());
    const ended = expect(reading).rejects.toMatchObject({ code: "RUNTIME_DISPOSED" });
    await team.stream("orders").ready;
    await team.close();
    await ended;
  });

  it("finds many pages of long messages with headers, and leaves out those whose time is over", async () => {
    const clock = new FakeClock();
    const team = await teams.open({ clock });
    const orders = team.stream<string>("orders");
    const text = "y".repeat(300);
    const count = 600;
    await Promise.all(
      Array.from({ length: count }, (_, index) =>
        orders.publish(text, { headers: { index: String(index) }, ...(index === 5 ? { ttlMs: 10 } : {}) }),
      ),
    );
    clock.advance(20);
    let next = 0;
    for await (const { value, headers } of orders.read({ follow: false })) {
      if (next === 5) next++;
      expect([value, headers.index]).toEqual([text, String(next++)]);
    }
    expect(next).toBe(count);
  });
});

describe("a stream", () => {
  it("refuses what only a queue does, and a queue what only a stream does", async () => {
    const team = await teams.open();
    const orders = team.stream<number>("orders");
    await orders.ready;
    await expect(team.queue("orders").ready).rejects.toMatchObject({ code: "QUEUE_KIND" });
    await team.queue("work").ready;
    await expect(team.stream("work").ready).rejects.toMatchObject({ code: "QUEUE_KIND" });
    await expect(orders.publish(1, { delayMs: 5 } as object)).rejects.toMatchObject({ code: "MESSAGE_INVALID" });
    await expect(orders.group("big", { maxPending: 10_001 }).ready).rejects.toMatchObject({ code: "QUEUE_INVALID" });
    await orders.group("billing").ready;
    await expect(orders.remove()).rejects.toMatchObject({ code: "QUEUE_NOT_EMPTY", details: { groups: "1" } });
  });

  it("that is full makes room of what every group has dealt with, and refuses otherwise", async () => {
    const team = await teams.open();
    const orders = team.stream<number>("orders", { maxMessages: 2 });
    const billing = orders.group("billing");
    await billing.ready;
    await fill(orders, 2);
    await expect(orders.publish(3)).rejects.toMatchObject({ code: "QUEUE_FULL" });
    billing.consume(() => undefined);
    await until(async () => (await billing.stats()).acked === 2);
    expect(await orders.publish(3)).toBeGreaterThan(2);
    expect(await all(orders.read({ follow: false }))).toEqual([2, 3]);
  });

  it("lets a publisher wait for room", async () => {
    const team = await teams.open();
    const orders = team.stream<number>("orders", { maxMessages: 1, overflow: "block" });
    const billing = orders.group("billing");
    await billing.ready;
    await orders.publish(1);
    const waiting = orders.publish(2);
    billing.consume(() => undefined);
    await waiting;
    await until(async () => (await billing.stats()).acked === 2);
  });

  it("publishes by a schedule and erases the rows of what it let go", async () => {
    const store = memoryStore();
    const team = await teams.open({ store });
    const orders = team.stream<string>("orders");
    await orders.schedule("nightly", "0 2 * * *", "report");
    expect(await orders.schedules()).toMatchObject([{ name: "nightly" }]);
    await orders.publish("z".repeat(1_000));
    await orders.purge();
    expect(await orders.stats()).toMatchObject({ waiting: 0, dropped: 1 });
    await orders.unschedule("nightly");
    await orders.remove();
  });
});
