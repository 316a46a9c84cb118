import { collect, equal, ok, refused } from "../store-contract/expect.ts";
import { type Context, message, until } from "./subject.ts";

export function ending(context: Context): void {
  context.test("health tells what it is and how it is", async ({ near }) => {
    await until(() => near.health().state === "up", "up");
    await near.subscribe("one", () => undefined);
    const second = await near.subscribe("two", () => undefined);
    const health = near.health();
    equal(health.kind, near.kind, "kind");
    equal(health.durability, near.durability, "durability");
    equal(health.ordering, near.ordering, "ordering");
    equal(health.subscriptions, 2, "subscriptions");
    ok(health.waiting >= 0, "waiting");
    await second.unsubscribe();
    equal(near.health().subscriptions, 1, "subscriptions after one ended");
    await near.close();
    equal(near.health().state, "closed", "state");
  });

  context.test("after close everything is refused, and close may be called twice", async ({ near }) => {
    await near.close();
    await near.close();
    await refused(near.publish(message("a", 1)), "TRANSPORT_CLOSED");
    await refused(
      near.subscribe("a", () => undefined),
      "TRANSPORT_CLOSED",
    );
    await refused(collect(near.request(message("a", 1))), "TRANSPORT_CLOSED");
  });

  context.test("draining hands on what was taken over, and takes nothing new", async ({ near, far }) => {
    const seen: number[] = [];
    await far.subscribe("last", (one) => void seen.push(one.payload as number));
    const published = Array.from({ length: 100 }, (_, n) => near.publish(message("last", n)));
    await Promise.all(published);
    await near.drain();
    await refused(near.publish(message("last", -1)), "TRANSPORT_CLOSED");
    await refused(
      near.subscribe("a", () => undefined),
      "TRANSPORT_CLOSED",
    );
    await until(() => seen.length === 100, "a hundred deliveries");
    await near.close();
  });

  context.test("draining waits for deliveries that are open", async ({ near, far }) => {
    let finish: () => void = () => undefined;
    let isDrained = false;
    await near.subscribe(
      "slow",
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    let begun = false;
    await near.subscribe("slow", () => {
      begun = true;
    });
    await far.publish(message("slow", 1));
    await until(() => begun, "a delivery");
    const drained = near.drain().then(() => {
      isDrained = true;
    });
    await far.publish(message("other", 1));
    equal(isDrained, false, "drained while a delivery is open");
    finish();
    await drained;
    equal(near.health().subscriptions, 0, "subscriptions");
  });

  context.test("one that closes leaves the others alone", async ({ near, far, open }) => {
    const third = await open();
    let count = 0;
    await far.subscribe("stays", () => {
      count += 1;
    });
    await near.subscribe("stays", () => undefined);
    await near.close();
    await third.publish(message("stays", 1));
    await until(() => count === 1, "a delivery");
  });
}
