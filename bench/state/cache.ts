// What the two tiers of a cache cost: a hit here, and a value that only Redis has.
// Run: node bench/state/cache.ts [--json]; Redis is measured where redis-server is installed.
import { parseArgs } from "node:util";
import { createClient } from "redis";
import { Cache } from "../../npm/src/cache/cache.ts";
import { redisTier } from "../../npm/src/cache/redis-tier.ts";
import { RedisServer } from "../../tests/integration/cache/redis-server.ts";
import { quantile } from "../lib/quantiles.ts";
import { Rows } from "../lib/rows.ts";

const KEYS = 1_000;
const HITS = 2_000_000;
const READS = 20_000;
const value = { name: "tea", price: 4, tags: ["green", "loose"], text: "x".repeat(200) };

/** Adds the cache's rows. */
export async function cacheRows(rows: Rows): Promise<void> {
  const cache = new Cache<typeof value>({ name: "bench", ttlMs: 3_600_000 });
  const keys = Array.from({ length: KEYS }, (_, at) => `key-${at}`);
  for (const key of keys) await cache.set(key, value);
  for (let round = 0; round < 2; round++) {
    let found = 0;
    const sinceMs = performance.now();
    for (let hit = 0; hit < HITS; hit++) if (cache.peek(keys[hit % KEYS] as string) !== undefined) found++;
    const ns = ((performance.now() - sinceMs) * 1e6) / found;
    if (round > 0) rows.add("polyphon", "cache_hit_ns", ns, "ns");
  }
  for (let round = 0; round < 2; round++) {
    const sinceMs = performance.now();
    for (let hit = 0; hit < HITS / 4; hit++) await cache.load(keys[hit % KEYS] as string, () => value);
    const ns = ((performance.now() - sinceMs) * 1e6) / (HITS / 4);
    if (round > 0) rows.add("polyphon", "cache_hit_awaited_ns", ns, "ns");
  }
  await cache.close();
  await redisRows(rows, keys);
}

async function redisRows(rows: Rows, keys: readonly string[]): Promise<void> {
  const server = await RedisServer.start();
  if (server === undefined) return rows.say("redis-server is not installed: its rows are left out");
  const client = createClient({ url: server.url, disableOfflineQueue: true });
  client.on("error", (error: Error) => rows.say(`Redis: ${error.message}`));
  await client.connect();
  const cache = new Cache<typeof value>({ name: "bench", ttlMs: 3_600_000, shared: redisTier(client) });
  for (const key of keys) await cache.set(key, value);
  await client.set("bare", JSON.stringify(value));
  const ours: number[] = [];
  const bare: number[] = [];
  // One after the other, so that what else the machine does falls on both.
  for (let read = 0; read < READS; read++) {
    cache.clear();
    const sinceMs = performance.now();
    const found = await cache.get(keys[read % KEYS] as string);
    const betweenMs = performance.now();
    await client.get("bare");
    ours.push(betweenMs - sinceMs);
    bare.push(performance.now() - betweenMs);
    if (found?.name !== "tea") throw new Error("it was not found");
  }
  // The first reads of a process are slower.
  const warm = READS / 10;
  for (const [subject, samples] of Object.entries({ polyphon: ours, "redis GET": bare })) {
    rows.add(subject, "cache_redis_p50_ms", quantile(samples.slice(warm), 0.5), "ms");
    rows.add(subject, "cache_redis_p99_ms", quantile(samples.slice(warm), 0.99), "ms");
  }
  await cache.close();
  client.destroy();
  await server.remove();
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { json: { type: "boolean" } } });
  const rows = new Rows(values.json === true);
  await cacheRows(rows);
  rows.finish();
}
