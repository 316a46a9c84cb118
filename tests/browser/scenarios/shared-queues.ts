import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { inTab, openTab, type Stage } from "../stage.ts";

/** Queues and streams in tabs that do not own the journal they share. */
export async function sharedQueues(stage: Stage): Promise<void> {
  const { checks } = stage;
  await checks.check("a queue is every tab's: what one publishes another deals with", () =>
    inTab(stage, (first) =>
      inTab(stage, async (second) => {
        await share(first, "queue");
        await share(second, "queue");
        const consumed = first.evaluate(async () => {
          const queue = window.shared?.queue<{ readonly n: number; readonly bytes: string }>("work");
          const seen: unknown[] = [];
          const consumer = queue?.consume(({ value, headers }) => void seen.push([value, headers.from]));
          while (seen.length < 50) await new Promise((resolve) => setTimeout(resolve, 10));
          await consumer?.close();
          return seen;
        });
        const numbers = await second.evaluate(async () => {
          const queue = window.shared?.queue("work");
          const publish = async (_: unknown, n: number) =>
            queue?.publish({ n, bytes: "x".repeat(n * 100) }, { headers: { from: "second" } });
          return Promise.all(Array.from({ length: 50 }, publish));
        });
        assert.equal(new Set(numbers).size, 50);
        const expected = Array.from({ length: 50 }, (_, n) => [{ n, bytes: "x".repeat(n * 100) }, "second"]);
        assert.deepEqual(await consumed, expected);
        const counts = await second.evaluate(async () => {
          const stats = await window.shared?.queue("work").stats();
          return [stats?.published, stats?.acked];
        });
        assert.deepEqual(counts, [50, 50]);
      }),
    ),
  );
  await checks.check("a tab that is closed gives back the messages it held", () =>
    inTab(stage, async (first) => {
      const second = await openTab(stage);
      await share(first, "held");
      await share(second, "held");
      await first.evaluate(() => window.shared?.queue("work", { leaseMs: 3_600_000 }).publish("kept"));
      await second.evaluate(() => {
        window.begun = 0;
        window.shared?.queue("work", { leaseMs: 3_600_000 }).consume(() => {
          window.begun += 1;
          return new Promise(() => undefined);
        });
      });
      await second.waitForFunction(() => window.begun === 1);
      await second.close();
      const seen = await first.evaluate(
        () =>
          new Promise((resolve) => {
            const queue = window.shared?.queue("work", { leaseMs: 3_600_000 });
            queue?.consume(({ value, attempt }) => resolve([value, attempt]));
          }),
      );
      assert.deepEqual(seen, ["kept", 2]);
    }),
  );
  await checks.check("when the owner's tab closes, queues go on and nothing acknowledged is lost", () =>
    inTab(stage, async (second) => {
      const first = await openTab(stage);
      await share(first, "moved");
      await share(second, "moved");
      await second.evaluate(() => {
        window.begun = 0;
        const dealt = new Set<number>();
        const acked = new Set<number>();
        let again = 0;
        const queue = window.shared?.queue<number>("work");
        queue?.consume(async (message) => {
          window.begun += 1;
          dealt.add(message.value);
          if (acked.has(message.value)) again += 1;
          await new Promise((resolve) => setTimeout(resolve, 20));
          // Of one that was on its way when the owner went nobody knows; the journal does.
          await message.ack().then(
            () => acked.add(message.value),
            () => undefined,
          );
        });
        const published = Promise.all(Array.from({ length: 60 }, (_, n) => queue?.publish(n)));
        window.results = published.then(async (numbers) => {
          for (;;) {
            const { published: count, acked: done = 0, dead } = (await queue?.stats()) ?? {};
            if (done >= 60) return [{ numbers: new Set(numbers).size, count, done, dead, dealt: dealt.size, again }];
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
        });
      });
      await second.waitForFunction(() => window.begun > 10);
      await first.close();
      await second.waitForFunction(() => window.shared?.isOwner === true);
      const seen = await second.evaluate(() => window.results);
      assert.deepEqual(seen, [{ numbers: 60, count: 60, done: 60, dead: 0, dealt: 60, again: 0 }]);
    }),
  );
  await checks.check("groups and cursors of a stream go on in the tab that takes the journal over", () =>
    inTab(stage, async (second) => {
      const first = await openTab(stage);
      await share(first, "stream");
      await share(second, "stream");
      await second.evaluate(() => {
        const orders = window.shared?.stream<number>("orders");
        const seen = { group: [] as number[], cursor: [] as number[] };
        orders?.group("all").consume(({ value }) => void seen.group.push(value));
        const read = async () => {
          if (orders === undefined) return;
          for await (const { value } of orders.read({ cursor: "mine" })) seen.cursor.push(value);
        };
        void read();
        window.results = (async () => {
          while (seen.group.length < 4 || seen.cursor.length < 4) {
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
          return [seen];
        })();
      });
      await first.evaluate(async () => {
        for (const n of [1, 2]) await window.shared?.stream<number>("orders").publish(n);
      });
      await first.close();
      await second.waitForFunction(() => window.shared?.isOwner === true);
      await second.evaluate(async () => {
        for (const n of [3, 4]) await window.shared?.stream<number>("orders").publish(n);
      });
      const [seen] = (await second.evaluate(() => window.results)) as [Record<string, number[]>];
      assert.deepEqual(seen.cursor, [1, 2, 3, 4]);
      assert.deepEqual([...new Set(seen.group)].sort(), [1, 2, 3, 4]);
    }),
  );
  await checks.check(
    "an owner that hangs is replaced, and queues go on: what was published meanwhile is there once",
    () =>
      inTab(stage, async (page) => {
        const seen = await page.evaluate(async () => {
          const owner = await window.lab.hangingOwner("hung-queue");
          const team = await window.lab.Polyphon.share("hung-queue");
          team.agent("one", { capabilities: ["one"] }, (task) => `one did ${task.input}`);
          const queue = team.queue<number>("work");
          const attempts: [number, number][] = [];
          const codes: string[] = [];
          const gate = Promise.withResolvers<void>();
          queue.consume(
            async ({ value, attempt }) => {
              attempts.push([value, attempt]);
              if (attempt === 1 && value === 1) await gate.promise;
            },
            { onError: (error) => codes.push((error as { code?: string }).code ?? "") },
          );
          await queue.publish(1);
          while (attempts.length < 1) await new Promise((resolve) => setTimeout(resolve, 10));
          const { woken } = await owner.hang(9_000);
          const number = await queue.publish(2);
          const isOwner = team.isOwner;
          while (attempts.length < 3) await new Promise((resolve) => setTimeout(resolve, 10));
          gate.resolve();
          await woken;
          while (codes.length < 1) await new Promise((resolve) => setTimeout(resolve, 10));
          const { published, acked } = await queue.stats();
          await team.close();
          attempts.sort(([a, b], [c, d]) => a - c || b - d);
          return { isOwner, isNumber: typeof number, attempts, codes, published, acked };
        });
        assert.deepEqual(seen, {
          isOwner: true,
          isNumber: "number",
          attempts: [
            [1, 1],
            [1, 2],
            [2, 1],
          ],
          codes: ["LEASE_FENCED"],
          published: 2,
          acked: 2,
        });
      }),
  );
}

async function share(page: Page, name: string): Promise<void> {
  await page.evaluate(async (journal) => {
    window.shared = await window.lab.Polyphon.share(journal);
  }, name);
}
