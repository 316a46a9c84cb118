import type { TransportMessage } from "../../transports/transport.ts";
import { equal, refused } from "../store-contract/expect.ts";
import { type Context, message, pause, until } from "./subject.ts";

export function delivering(context: Context): void {
  context.test("a message arrives with all its fields", async ({ near, far }) => {
    const seen: TransportMessage[] = [];
    await far.subscribe("orders.new", (one) => void seen.push(one));
    const sent = message(
      "orders.new",
      { list: [1, 2.5, null, true], text: "ä€😀", nested: { deep: [[]] } },
      {
        kind: "event",
        priority: "high",
        correlationId: "order-1",
        causationId: "01939d2c-0000-7000-8000-000000000001",
        ttlMs: 4_000_000_000_000,
        trace: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", tracestate: "a=b" },
        headers: { region: "north" },
        schema: "shop.order/1",
      },
    );
    await near.publish(sent);
    await until(() => seen.length === 1, "one message");
    const got = seen[0] as TransportMessage;
    for (const field of [
      "id",
      "kind",
      "subject",
      "priority",
      "correlationId",
      "causationId",
      "ttlMs",
      "schema",
    ] as const) {
      equal(got[field], sent[field], field);
    }
    equal(got.timestampMs, sent.timestampMs, "timestampMs");
    equal(got.trace?.traceparent, sent.trace?.traceparent, "traceparent");
    equal(got.trace?.tracestate, "a=b", "tracestate");
    equal(got.headers?.region, "north", "headers");
    equal(JSON.stringify(got.payload), JSON.stringify(sent.payload), "payload");
  });

  context.test("bytes arrive as bytes", async ({ near, far }) => {
    const seen: TransportMessage[] = [];
    await far.subscribe("bytes", (one) => void seen.push(one));
    const payload = Uint8Array.from({ length: 70_000 }, (_, n) => n % 251);
    await near.publish(message("bytes", payload));
    await until(() => seen.length === 1, "one message");
    const got = seen[0]?.payload;
    equal(got instanceof Uint8Array, true, "bytes");
    equal((got as Uint8Array).join(), payload.join(), "payload");
  });

  context.test("a message of a megabyte arrives", async ({ near, far }) => {
    const seen: TransportMessage[] = [];
    await far.subscribe("large", (one) => void seen.push(one));
    await near.publish(message("large", "x".repeat(1_000_000)));
    await until(() => seen.length === 1, "one message");
    equal((seen[0]?.payload as string | undefined)?.length, 1_000_000, "length");
  });

  context.test("every subscription whose pattern takes the subject gets it, and no other", async ({ near, far }) => {
    const seen: string[] = [];
    for (const pattern of ["a.b.c", "a.*.c", "a.>", ">", "a.b", "b.>", "a.b.c.d", "*.b"]) {
      await far.subscribe(pattern, () => void seen.push(pattern));
    }
    await near.publish(message("a.b.c", 1));
    await until(() => seen.length >= 4, "four deliveries");
    await pause(20);
    equal(seen.sort().join(" "), "> a.*.c a.> a.b.c", "patterns");
  });

  context.test("what it published itself it does not get, unless in a group", async ({ near, far }) => {
    const seen: string[] = [];
    await near.subscribe("echo", () => void seen.push("near"));
    await far.subscribe("echo", () => void seen.push("far"));
    await near.publish(message("echo", 1));
    await until(() => seen.length > 0, "a delivery");
    await pause(20);
    equal(seen.join(), "far", "who got it");
  });

  context.test("each message goes to one member of a group", async ({ near, far, open }) => {
    const third = await open();
    let taken = 0;
    for (const member of [far, third]) {
      await member.subscribe(
        "work",
        () => {
          taken += 1;
        },
        { group: "workers" },
      );
    }
    let watched = 0;
    await far.subscribe("work", () => {
      watched += 1;
    });
    for (let n = 0; n < 50; n++) await near.publish(message("work", n));
    await until(() => taken >= 50 && watched >= 50, "fifty deliveries");
    await pause(20);
    equal(taken, 50, "deliveries to the group");
    equal(watched, 50, "deliveries beside it");
  });

  context.test("a message of a group goes to a member whose filter takes it", async ({ near, far, open }) => {
    const third = await open();
    const seen: number[] = [];
    const urgent = { group: "readers", filter: { priority: "high" as const } };
    await third.subscribe("mixed", (one) => void seen.push(-(one.payload as number)), urgent);
    await far.subscribe("mixed", (one) => void seen.push(one.payload as number), { group: "readers" });
    for (let n = 1; n <= 20; n++) await near.publish({ ...message("mixed", n), priority: "low" });
    await until(() => seen.length >= 20, "twenty deliveries");
    await pause(20);
    equal(seen.length, 20, "deliveries to the group");
    equal(seen.filter((n) => n < 0).length, 0, "deliveries to who takes only what is urgent");
    for (let n = 1; n <= 10; n++) await near.publish({ ...message("mixed", n), priority: "critical" });
    await until(() => seen.length >= 30, "ten more");
    equal(seen.filter((n) => n < 0).length > 0, true, "whether who takes what is urgent gets some of it");
  });

  context.test("order holds for what one end publishes", async ({ near, far }) => {
    const seen: number[] = [];
    await far.subscribe("ordered", (one) => void seen.push(one.payload as number));
    const numbers = Array.from({ length: 1_000 }, (_, n) => n);
    await Promise.all(numbers.map((n) => near.publish(message("ordered", n))));
    await until(() => seen.length >= 1_000, "a thousand deliveries");
    equal(seen.join(), numbers.join(), "order");
  });

  context.test("once a subscription is ended nothing comes", async ({ near, far }) => {
    let count = 0;
    const subscription = await far.subscribe("short", () => {
      count += 1;
    });
    await near.publish(message("short", 1));
    await until(() => count === 1, "the first");
    await subscription.unsubscribe();
    await subscription.unsubscribe();
    await near.publish(message("short", 2));
    await pause(20);
    equal(count, 1, "deliveries");
  });

  context.test("open deliveries hold up their own subscription only", async ({ near, far }) => {
    const open: (() => void)[] = [];
    let others = 0;
    const slow = (): Promise<void> => new Promise((resolve) => open.push(resolve));
    await far.subscribe("credit", slow, { credit: 2, queue: 100 });
    await far.subscribe("credit", () => {
      others += 1;
    });
    for (let n = 0; n < 10; n++) await near.publish(message("credit", n));
    await until(() => others === 10 && open.length >= 2, "deliveries");
    await pause(20);
    equal(open.length, 2, "open deliveries");
    for (let n = 0; n < 10; n++) {
      await until(() => open.length > n, `delivery ${n}`);
      open[n]?.();
    }
    equal(open.length, 10, "deliveries in the end");
  });

  context.test("a subscriber that throws disturbs nobody", async ({ near, far }) => {
    let count = 0;
    await far.subscribe("throws", () => {
      throw new Error("mine");
    });
    await far.subscribe("throws", () => Promise.reject(new Error("mine")), { credit: 1 });
    await far.subscribe("throws", () => {
      count += 1;
    });
    for (let n = 0; n < 5; n++) await near.publish(message("throws", n));
    await until(() => count === 5, "five deliveries");
  });

  context.test("what is no subject or pattern is refused", async ({ near }) => {
    for (const subject of ["", "a..b", "a.*", ">", "a b", ".a", "a.", "x".repeat(257)]) {
      await refused(near.publish(message(subject, 1)), "PROTOCOL_SUBJECT_INVALID");
    }
    for (const pattern of ["", "a..b", ">.a", "a*", "a b"]) {
      await refused(
        near.subscribe(pattern, () => undefined),
        "PROTOCOL_SUBJECT_INVALID",
      );
    }
  });
}
