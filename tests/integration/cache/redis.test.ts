// The cache over a real redis-server: what it keeps, and what becomes of it while the server hangs, dies and comes back.
import { Bus, memoryTransport } from "polyphon";
import { Cache, type CacheOptions, redisTier } from "polyphon/cache";
import { createClient } from "redis";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RedisServer } from "./redis-server.ts";

let server: RedisServer | undefined;
const closing: (() => unknown)[] = [];
beforeEach(async () => {
  server = await RedisServer.start();
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await server?.remove();
});

/** A process of its own, as far as the cache can tell. */
async function node(options: Partial<CacheOptions> = {}): Promise<Cache<string>> {
  const client = createClient({
    url: (server as RedisServer).url,
    disableOfflineQueue: true,
    socket: { reconnectStrategy: 10 },
  });
  client.on("error", () => undefined);
  await client.connect();
  const cache = new Cache<string>({ name: "test", shared: redisTier(client, { retryMs: 20 }), ...options });
  closing.push(
    () => cache.close(),
    () => client.destroy(),
  );
  return cache;
}

function needsServer(skip: (reason: string) => void): void {
  if (server !== undefined) return;
  expect(process.env.CI, "redis-server must be there in CI").toBeUndefined();
  skip("redis-server is not installed");
}

/** Tries until it does not reject any more. */
async function eventually<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if ((error as { code?: string }).code !== "CACHE_UNAVAILABLE") throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

test("processes share what was loaded; a change is seen without a bus, and a load from before it is not kept", async ({
  skip,
}) => {
  needsServer(skip);
  const [one, two] = [await node({ freshMs: 1 }), await node({ freshMs: 1 })];
  const text = "häuser ".repeat(1_000);
  expect(await one.load("a key : with {signs}", async () => text)).toBe(text);
  expect(await two.load("a key : with {signs}", () => "never")).toBe(text);
  const gate = Promise.withResolvers<string>();
  const begun = Promise.withResolvers<void>();
  const old = one.load("b", () => {
    begun.resolve();
    return gate.promise;
  });
  await begun.promise;
  await two.set("b", "new");
  gate.resolve("old");
  expect(await old).toBe("old");
  expect(await one.get("b")).toBe("new");
  await two.delete("b");
  while ((await one.get("b")) !== undefined);
  expect(two.stats()).toMatchObject({ sharedHits: 1, loads: 0, sharedErrors: 0 });
});

test("values go when their time is over, and are answered behind it as long as they may", async ({ skip }) => {
  needsServer(skip);
  const [one, two] = [await node({ ttlMs: 20, staleMs: 60_000 }), await node({ ttlMs: 20, staleMs: 60_000 })];
  await one.load("a", () => "old");
  while ((await two.get("a")) !== undefined);
  expect(await two.load("a", () => "new")).toBe("old");
  const brief = await node({ ttlMs: 5 });
  await brief.set("brief", "value");
  while ((await brief.get("brief")) !== undefined);
});

test("a server that is killed and started anew with what it had on its disk: nothing of before is read", async ({
  skip,
}) => {
  needsServer(skip);
  const [one, two] = [await node({ freshMs: 1 }), await node({ freshMs: 1 })];
  await one.set("a", "before");
  expect(await two.get("a")).toBe("before");
  await server?.kill();
  // Reads go on without it; changes are refused.
  while (two.peek("a") !== undefined);
  expect(await two.load("a", () => "loaded")).toBe("loaded");
  await expect(one.set("a", "after")).rejects.toMatchObject({ code: "CACHE_UNAVAILABLE" });
  await server?.begin();
  await eventually(() => one.set("other", "written"));
  await eventually(async () => {
    if ((await two.get("other")) !== "written")
      throw Object.assign(new Error("not yet"), { code: "CACHE_UNAVAILABLE" });
  });
  // The journal of the server has it still; it is none of this life's.
  expect([await one.get("a"), await two.get("a")]).toEqual([undefined, undefined]);
});

test("a server that hangs holds nobody up, and a change it never answered is made up for before it is read again", async ({
  skip,
}) => {
  needsServer(skip);
  const [one, two] = [await node({ freshMs: 1 }), await node({ freshMs: 1 })];
  await one.set("a", "before");
  expect(await two.get("a")).toBe("before");
  server?.freeze();
  while (one.peek("a") !== undefined);
  expect(await one.load("a", () => "loaded")).toBe("loaded");
  await expect(one.delete("a")).rejects.toMatchObject({ code: "CACHE_UNAVAILABLE" });
  server?.thaw();
  await eventually(async () => {
    const found = await one.get("other");
    if (found === undefined && one.stats().sharedErrors > 0) await one.set("other", "written");
  });
  // Dropped before anything else was written there.
  await eventually(async () => {
    if ((await two.get("other")) !== "written")
      throw Object.assign(new Error("not yet"), { code: "CACHE_UNAVAILABLE" });
  });
  expect([await one.get("a"), await two.get("a")]).toEqual([undefined, undefined]);
});

test("the bus tells other processes at once, however long they may answer from what they have", async ({ skip }) => {
  needsServer(skip);
  const hub = new Bus();
  const buses = [1, 2].map(() => new Bus({ transport: memoryTransport(hub) }));
  const [one, two] = [
    await node({ freshMs: 60_000, bus: buses[0] as Bus }),
    await node({ freshMs: 60_000, bus: buses[1] as Bus }),
  ];
  await Promise.all([one.ready, two.ready]);
  await one.set("a", "old");
  while ((await two.get("a")) !== "old");
  await one.set("a", "new");
  while (two.peek("a") !== undefined) await new Promise((resolve) => setImmediate(resolve));
  expect(await two.get("a")).toBe("new");
  for (const bus of [...buses, hub]) await bus.close();
});
