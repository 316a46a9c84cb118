import { afterEach, describe, expect, it } from "vitest";
import { memoryStore } from "../../../stores/memory/memory-store.ts";
import { Teams } from "../../../team/testing/teams.ts";
import { FakeClock } from "../../../testing/fake-clock.ts";
import { faultyStore } from "../../../testing/faulty-store.ts";
import type { QueueMessage } from "../message.ts";
import { isEmpty, until } from "./until.ts";

const teams = new Teams();
afterEach(() => teams.close());

describe("a message that is acknowledged with others", () => {
  it("brings them in, in order, and is gone", async () => {
    const team = await teams.open();
    const orders = team.queue<string>("orders");
    const bills = team.queue<string>("bills");
    const parcels = team.queue<string>("parcels");
    const numbers: (readonly number[])[] = [];
    orders.consume(async (message) => {
      numbers.push(
        await message.ackAndPublish([
          { queue: parcels, value: `parcel ${"x".repeat(400)}`, options: { key: "ada" } },
          { queue: bills, value: "bill 1" },
          { queue: parcels, value: "note" },
        ]),
      );
    });
    await orders.publish("order");
    await until(() => numbers.length === 1);
    // Queue by queue, in the order the queues were made.
    expect(numbers).toEqual([[3, 2, 4]]);
    expect(await orders.stats()).toMatchObject({ acked: 1, inFlight: 0 });
    const seen: unknown[] = [];
    parcels.consume(({ value, key }) => seen.push([value.slice(0, 6), key]));
    await until(() => seen.length === 2);
    expect(seen).toEqual([
      ["parcel", "ada"],
      ["note", null],
    ]);
  });

  it("stays in the hands of its consumer when one of them is refused", async () => {
    const team = await teams.open();
    const orders = team.queue("orders", { maxAttempts: 1 });
    const bills = team.queue("bills", { maxMessages: 1 });
    await bills.publish("first");
    let code = "";
    orders.consume(async (message) => {
      const refused = await message.ackAndPublish([{ queue: bills, value: "second" }]).catch((error) => error);
      code = refused.code;
      await message.reject("no room");
    });
    await orders.publish("order");
    await until(async () => (await orders.stats()).dead === 1);
    expect(code).toBe("QUEUE_FULL");
    expect(await bills.stats()).toMatchObject({ published: 1 });
  });

  it("has its consequences once, when two attempts acknowledge it", async () => {
    const clock = new FakeClock();
    const team = await teams.open({ clock });
    const orders = team.queue("orders", { leaseMs: 1_000, retry: { initialMs: 0, jitter: 0 } });
    const bills = team.queue("bills");
    const held: QueueMessage[] = [];
    orders.consume((message) => {
      held.push(message);
      return new Promise(() => undefined);
    });
    await orders.publish("order");
    await until(() => held.length === 1);
    await clock.advanceAsync(1_000);
    await until(() => held.length === 2);
    const bill = [{ queue: bills, value: "bill" }];
    await expect(held[0]?.ackAndPublish(bill)).rejects.toMatchObject({ code: "LEASE_FENCED" });
    await held[1]?.ackAndPublish(bill);
    await expect(held[1]?.ackAndPublish(bill)).rejects.toMatchObject({ code: "LEASE_FENCED" });
    expect(await bills.stats()).toMatchObject({ published: 1 });
    expect(await isEmpty(orders)).toBe(true);
  });

  it("has its consequences once, whether the store wrote them or not", async () => {
    let fails: "fail" | "fail-after-write" | undefined;
    const store = faultyStore(memoryStore(), {
      append: () => {
        const now = fails;
        fails = undefined;
        return now;
      },
    });
    const team = await teams.open({ store });
    const orders = team.queue<number>("orders");
    const bills = team.queue<number>("bills");
    const faults = ["fail", "fail-after-write", undefined] as const;
    orders.consume(
      async (message) => {
        fails = faults[message.value % 3];
        await message.ackAndPublish([{ queue: bills, value: message.value }]);
      },
      { concurrency: 1 },
    );
    for (let value = 0; value < 12; value++) {
      await orders.publish(value);
      await until(() => isEmpty(orders));
    }
    expect(await orders.stats()).toMatchObject({ acked: 12 });
    const seen: number[] = [];
    bills.consume(({ value }) => seen.push(value));
    await until(() => isEmpty(bills));
    expect(seen).toEqual(Array.from({ length: 12 }, (_, value) => value));
  });
});
