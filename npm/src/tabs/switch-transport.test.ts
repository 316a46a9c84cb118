import { expect, test } from "vitest";
import { Bus } from "../bus/bus.ts";
import { memoryTransport } from "../transports/memory/memory-transport.ts";
import { SwitchTransport } from "./switch-transport.ts";

/** A bus that answers with its name, as an owner of a journal would. */
function owner(name: string): Bus {
  const bus = new Bus({ node: name });
  bus.respond("who", () => name);
  return bus;
}

test("calls wait for a way, and go by the one there is", async () => {
  const way = new SwitchTransport(() => undefined);
  await using bus = new Bus({ transport: way });
  const asked = bus.request("who");
  await using first = owner("first");
  await way.turn(memoryTransport(first));
  expect(await asked).toBe("first");
  await using second = owner("second");
  await way.turn(memoryTransport(second));
  expect([await bus.request("who"), way.health().state]).toEqual(["second", "up"]);
});

test("what is under way when the way changes is lost, and says so", async () => {
  const way = new SwitchTransport(() => undefined);
  await using bus = new Bus({ transport: way });
  const first = new Bus();
  first.respond("never", () => new Promise(() => undefined));
  await way.turn(memoryTransport(first));
  const asked = bus.request("never");
  asked.catch(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  await way.turn(undefined);
  await expect(asked).rejects.toMatchObject({ code: "TRANSPORT_LOST" });
  expect(way.health().state).toBe("connecting");
  await first.close();
});

test("subscriptions are made anew on each way", async () => {
  const way = new SwitchTransport(() => undefined);
  await using bus = new Bus({ transport: way });
  await using first = new Bus();
  await using second = new Bus();
  await way.turn(memoryTransport(first));
  const heard: unknown[] = [];
  const subscription = bus.subscribe("news", ({ payload }) => heard.push(payload));
  await subscription.ready;
  await first.publish("news", 1);
  await way.turn(memoryTransport(second));
  await second.publish("news", 2);
  await first.publish("news", 3);
  subscription.unsubscribe();
  expect(heard).toEqual([1, 2]);
});

test("a way that ended by itself is told of once, and calls wait for another", async () => {
  let broken = 0;
  const way = new SwitchTransport(() => {
    broken += 1;
  });
  await using bus = new Bus({ transport: way });
  await using first = owner("first");
  const ended = memoryTransport(first);
  await way.turn(ended);
  await ended.close();
  const asked = bus.request("who");
  await new Promise((resolve) => setImmediate(resolve));
  expect(broken).toBe(1);
  await way.turn(memoryTransport(first));
  expect(await asked).toBe("first");
});

test("closed, it refuses, also those who wait", async () => {
  const way = new SwitchTransport(() => undefined);
  const message = {
    id: "1",
    kind: "data",
    subject: "a",
    source: "s",
    timestampMs: 0,
    priority: "medium",
    payload: 1,
  } as const;
  const waits = way.publish(message);
  waits.catch(() => undefined);
  await way.close();
  await way.close();
  await expect(waits).rejects.toMatchObject({ code: "TRANSPORT_CLOSED" });
  await expect(way.publish(message)).rejects.toMatchObject({ code: "TRANSPORT_CLOSED" });
  expect(way.health().state).toBe("closed");
});
