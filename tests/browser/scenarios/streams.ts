import assert from "node:assert/strict";
import { inTab, type Stage } from "../stage.ts";

/** Queues and streams on IndexedDB, over a reload of their page. */
export async function streams(stage: Stage): Promise<void> {
  const { checks } = stage;
  await checks.check("groups, a cursor and a queue in a page go on after a reload", () =>
    inTab(stage, async (page) => {
      const before = await page.evaluate(async () => {
        const team = await window.lab.Polyphon.open("streams");
        const orders = team.stream<string>("orders");
        const { promise, resolve } = Promise.withResolvers<string>();
        const long = "x".repeat(1_000);
        orders.group("billing").consume(({ value }) => void (value === long && resolve(value)));
        await orders.group("parcels").ready;
        await Promise.all(["ada", "bob", long].map((value) => orders.publish(value)));
        for await (const { value } of orders.read({ cursor: "dashboard" })) if (value === "bob") break;
        await team.queue<string>("work").publish("waits");
        return (await promise).length;
      });
      assert.equal(before, 1_000);
      await page.reload();
      await page.waitForFunction(() => window.lab !== undefined);
      const after = await page.evaluate(async () => {
        const team = await window.lab.Polyphon.open("streams");
        const orders = team.stream<string>("orders");
        const read: number[] = [];
        for await (const { value } of orders.read({ cursor: "dashboard", follow: false })) read.push(value.length);
        const parcels: number[] = [];
        const packed = new Promise<void>((resolve) => {
          orders.group("parcels").consume(({ value }) => parcels.push(value.length) === 3 && resolve());
        });
        const worked = new Promise<string>((resolve) => {
          team.queue<string>("work").consume(({ value }) => resolve(value));
        });
        await packed;
        await orders.purge();
        const refused = await orders
          .read({ from: 1 })
          .next()
          .catch(({ code }: { readonly code: string }) => code);
        return { read, parcels, worked: await worked, refused };
      });
      assert.deepEqual(after, { read: [3, 1_000], parcels: [3, 3, 1_000], worked: "waits", refused: "CURSOR_EXPIRED" });
    }),
  );
}
