import { afterEach, describe, expect, it } from "vitest";
import { memoryStore } from "../../../stores/memory/memory-store.ts";
import { Teams } from "../../../team/testing/teams.ts";
import { FakeClock } from "../../../testing/fake-clock.ts";
import { faultyStore } from "../../../testing/faulty-store.ts";
import type { QueueMessage } from "../message.ts";
import { isEmpty, until } from "./until.ts";

const teams = new Teams();
afterEach(() => teams.close());

describe("a queue", () => {
  it("hands every message to its consumer and counts where each is", async () => {
    const team = await teams.open();
    const queue = team.queue<{ readonly n: number }>("work");
    const seen: number[] = [];
    queue.consume((message) => seen.push(message.value.n));
    const numbers = await Promise.all([1, 2, 3].map((n) => queue.publish({ n })));
    expect(numbers).toEqual([1, 2, 3]);
    await until(() => isEmpty(queue));
    expect(seen).toEqual([1, 2, 3]);
    expect(await queue.stats()).toMatchObject({ published: 3, acked: 3, waiting: 0, inFlight: 0, dead: 0, bytes: 0 });
  });

  it("carries JSON, bytes and headers of any length", async () => {
    const team = await teams.open();
    const queue = team.queue("work");
    const seen: QueueMessage[] = [];
    queue.consume((message) => seen.push(message));
    const long = "ä".repeat(5_000);
    await queue.publish(long, { headers: { traceparent: "00-1" }, id: "first", key: "k", priority: "high" });
    await queue.publish(new Uint8Array([1, 2, 3]));
    await queue.publish(null);
    await until(() => seen.length === 3);
    expect(seen[0]).toMatchObject({ number: 1, value: long, id: "first", key: "k", priority: "high", attempt: 1 });
    expect(seen[0]?.headers).toEqual({ traceparent: "00-1" });
    expect(seen[1]?.value).toEqual(new Uint8Array([1, 2, 3]));
    expect(seen[2]?.value).toBeNull();
    expect(seen[2]?.headers).toEqual({});
  });

  it("takes a repeated id for the first and tells each publisher how its own message fared", async () => {
    const team = await teams.open();
    const queue = team.queue("work", { maxMessages: 2 });
    await queue.ready;
    const all = await Promise.allSettled([
      queue.publish(1, { id: "a" }),
      queue.publish(2, { key: "" }),
      queue.publish(3, { id: "a" }),
      queue.publish(4),
      queue.publish(5),
    ]);
    const told = all.map((one) => (one.status === "fulfilled" ? one.value : one.reason.code));
    expect(told).toEqual([1, "MESSAGE_INVALID", 1, 2, "QUEUE_FULL"]);
  });

  it("gives a message that failed again, later each time, and at last keeps it as a dead letter", async () => {
    const clock = new FakeClock();
    const team = await teams.open({ clock });
    const queue = team.queue("work", { maxAttempts: 3, retry: { initialMs: 1_000, jitter: 0 } });
    const attempts: number[] = [];
    queue.consume((message) => {
      attempts.push(message.attempt);
      throw new Error("no paper");
    });
    await queue.publish({ page: 1 }, { headers: { from: "ada" } });
    await until(async () => (await queue.stats()).returned === 1);
    await clock.advanceAsync(1_000);
    await until(async () => (await queue.stats()).returned === 2);
    await clock.advanceAsync(1_999);
    expect(attempts).toEqual([1, 2]);
    await clock.advanceAsync(1);
    await until(async () => (await queue.stats()).dead === 1);
    expect(attempts).toEqual([1, 2, 3]);
    const [letter] = await queue.deadLetters();
    expect(letter).toMatchObject({ number: 1, value: { page: 1 }, cause: "failed", detail: "no paper", attempts: 3 });
    expect(letter?.headers).toEqual({ from: "ada" });
  });

  it("sends dead letters back or throws them away, and refuses any other", async () => {
    const team = await teams.open();
    const queue = team.queue<number>("work");
    let paper = false;
    const done: number[] = [];
    queue.consume(async (message) => {
      if (!paper) return message.reject("no paper");
      done.push(message.value);
    });
    await Promise.all([7, 8].map((value) => queue.publish(value)));
    await until(async () => (await queue.stats()).dead === 2);
    paper = true;
    await queue.redrive([1]);
    await queue.discard([2]);
    await until(() => done.length === 1);
    expect(done).toEqual([7]);
    await expect(queue.redrive([2])).rejects.toMatchObject({ code: "MESSAGE_UNKNOWN" });
    await until(() => isEmpty(queue));
    await queue.remove();
    await expect(queue.stats()).rejects.toMatchObject({ code: "QUEUE_UNKNOWN" });
  });

  it("takes a message back when nothing is heard of it, and refuses the late report", async () => {
    const clock = new FakeClock();
    const team = await teams.open({ clock });
    const queue = team.queue("work", { leaseMs: 1_000, retry: { initialMs: 0, jitter: 0 } });
    const held: QueueMessage[] = [];
    const errors: string[] = [];
    queue.consume(
      (message) => {
        held.push(message);
        return new Promise(() => undefined);
      },
      { onError: (error) => errors.push((error as Error & { code: string }).code) },
    );
    await queue.publish("slow");
    await until(() => held.length === 1);
    await held[0]?.extend(5_000);
    await clock.advanceAsync(4_999);
    expect(held.length).toBe(1);
    await clock.advanceAsync(1);
    await until(() => held.length === 2);
    await expect(held[0]?.ack()).rejects.toMatchObject({ code: "LEASE_FENCED" });
    expect(errors).toEqual(["LEASE_FENCED"]);
    await held[1]?.ack();
    expect(await isEmpty(queue)).toBe(true);
  });

  it("holds no more messages than a consumer deals with at once, and ends it when those are done", async () => {
    const team = await teams.open();
    const queue = team.queue("work");
    const running: (() => void)[] = [];
    const consumer = queue.consume(() => new Promise<void>((resolve) => running.push(resolve)), { concurrency: 2 });
    await Promise.all(Array.from({ length: 5 }, (_, index) => queue.publish(index)));
    await until(() => running.length === 2);
    expect(await queue.stats()).toMatchObject({ inFlight: 2, waiting: 3 });
    const closed = consumer.close();
    for (const end of running) end();
    await closed;
    expect(running.length).toBe(2);
    expect(await queue.stats()).toMatchObject({ acked: 2, waiting: 3, inFlight: 0 });
  });
});

describe("what a queue says of itself", () => {
  it("is how fast messages come and go, how long that takes, and what went wrong", async () => {
    const clock = new FakeClock();
    const team = await teams.open({ clock });
    const queue = team.queue<number>("work", { maxMessages: 4, maxAttempts: 1 });
    await Promise.allSettled([1, 2, 3, 4, 5].map((value) => queue.publish(value)));
    await clock.advanceAsync(2_000);
    const seen: QueueMessage<number>[] = [];
    queue.consume((message) => {
      if (message.value === 4) throw new Error("four");
      seen.push(message);
      return new Promise(() => undefined);
    });
    await until(() => seen.length === 3);
    await clock.advanceAsync(3_000);
    await Promise.all(seen.map((message) => message.ack()));
    const { latency, ...rest } = await queue.stats();
    expect(rest).toMatchObject({ refused: 1, failed: 1, late: 0 });
    expect(rest.publishedPerSecond).toBeCloseTo(4 / 5);
    expect(rest.deliveredPerSecond).toBeCloseTo(4 / 5);
    expect(rest.ackedPerSecond).toBeCloseTo(3 / 5);
    expect(latency.publishing).toMatchObject({ count: 4, maxMs: 0 });
    expect(latency.waiting).toMatchObject({ count: 4, p50Ms: 2_000 });
    expect(latency.handling).toMatchObject({ count: 3, p99Ms: 3_000 });
  });

  it("names all dead letters at once, however many there are", async () => {
    const team = await teams.open();
    const queue = team.queue<number>("work", { maxAttempts: 1 });
    const consumer = queue.consume((message) => message.reject("no"), { concurrency: 500 });
    await Promise.all(Array.from({ length: 1_200 }, (_, value) => queue.publish(value)));
    await until(async () => (await queue.stats()).dead === 1_200);
    await consumer.close();
    expect(await queue.redrive("all")).toBe(1_200);
    expect(await queue.stats()).toMatchObject({ dead: 0, waiting: 1_200, redriven: 1_200 });
    expect(await queue.discard("all")).toBe(0);
  });
});

describe("the journal of a queue", () => {
  it("keeps what nobody has dealt with, and its payloads, from one process to the next", async () => {
    const store = memoryStore();
    const clock = new FakeClock();
    const first = await teams.open({ store, clock });
    const queue = first.queue<string>("work");
    const held: QueueMessage<string>[] = [];
    queue.consume(
      (message) => {
        held.push(message);
        return new Promise(() => undefined);
      },
      { concurrency: 1 },
    );
    const texts = ["a", "b", "c"].map((letter) => letter.repeat(300));
    await Promise.all(texts.map((text) => queue.publish(text)));
    await until(() => held.length === 1);
    await first.close();
    const second = await teams.open({ store, clock });
    const seen: [string, number][] = [];
    const again = second.queue<string>("work");
    again.consume((message) => seen.push([message.value, message.attempt]));
    await until(() => isEmpty(again));
    expect(seen.sort()).toEqual([
      [texts[0], 2],
      [texts[1], 1],
      [texts[2], 1],
    ]);
    await clock.advanceAsync(250);
    await until(async () => (await store.health()).payloadBytes === 0);
  });

  it("erases rows nobody needs, however many there are, and after a write that failed", async () => {
    let fails = false;
    const inner = memoryStore();
    const store = faultyStore(inner, { append: () => (fails ? "fail" : undefined) });
    const clock = new FakeClock();
    const team = await teams.open({ store, clock });
    const queue = team.queue<string>("work");
    for (let value = 0; value < 250; value++) await queue.publish("x".repeat(300));
    expect((await inner.health()).payloadBytes).toBeGreaterThan(250 * 300);
    queue.consume(() => undefined, { concurrency: 500 });
    await until(() => isEmpty(queue));
    fails = true;
    await clock.advanceAsync(20);
    fails = false;
    await until(async () => {
      // Answered once the journal was read back.
      await queue.stats();
      await clock.advanceAsync(20);
      return (await inner.health()).payloadBytes === 0;
    });
  });

  it("loses nothing and does nothing twice when the store fails, whether it wrote or not", async () => {
    let countdown = 4;
    const store = faultyStore(memoryStore(), {
      append: () => {
        countdown--;
        if (countdown > 0 || countdown < -12 || countdown % 2 !== 0) return undefined;
        return countdown % 4 === 0 ? "fail" : "fail-after-write";
      },
    });
    const team = await teams.open({ store });
    const queue = team.queue<number>("work");
    const seen = new Map<number, number>();
    queue.consume(({ value }) => seen.set(value, (seen.get(value) ?? 0) + 1));
    const published: number[] = [];
    for (let value = 0; value < 40; value++) {
      for (;;) {
        try {
          await queue.publish(value, { id: `m${value}` });
          break;
        } catch (error) {
          expect((error as { retryable?: boolean }).retryable).toBe(true);
        }
      }
      published.push(value);
    }
    await until(() => isEmpty(queue));
    expect([...seen.keys()].sort((a, b) => a - b)).toEqual(published);
    expect([...seen.values()].every((times) => times === 1)).toBe(true);
    expect(await queue.stats()).toMatchObject({ published: 40, acked: 40, dead: 0 });
    expect(countdown).toBeLessThan(-12);
  });
});
