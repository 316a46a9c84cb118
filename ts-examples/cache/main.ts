// What:  prices are slow to ask for; two nodes keep them in caches of one name and tell each other over a bus when one changes.
// Run:   npm run example cache
// See:   five who ask at once cause one load, a change reaches the other node, and an old price is answered while it is asked anew.
import { Bus, memoryTransport } from "polyphon";
import { Cache } from "polyphon/cache";

const prices = new Map([["tea", 4]]);
let asked = 0;
async function ask(item: string): Promise<number | null> {
  asked += 1;
  await new Promise((resolve) => setTimeout(resolve, 20));
  return prices.get(item) ?? null;
}

const hub = new Bus();
const nodes = ["shop", "till"].map((node) => new Bus({ node, transport: memoryTransport(hub) }));
const [shop, till] = nodes.map((bus) => new Cache<number | null>({ name: "prices", bus, staleMs: 60_000 })) as [
  Cache<number | null>,
  Cache<number | null>,
];
await Promise.all([shop.ready, till.ready]);

const five = await Promise.all(Array.from({ length: 5 }, () => till.load("tea", ask)));
console.log(`five asked: ${five.join(" ")}, loaded ${asked} time(s)`);

// Whoever changes the price says so; the till has it no more.
prices.set("tea", 5);
await shop.set("tea", 5);
while (till.peek("tea") !== undefined) await new Promise((resolve) => setImmediate(resolve));
console.log(`after the change: ${await till.load("tea", ask)}`);

// Nobody said so: for its time it is answered, then the old one while the new one is asked for.
await till.set("coffee", 3, { ttlMs: 10 });
prices.set("coffee", 6);
while (till.peek("coffee") !== undefined) await new Promise((resolve) => setImmediate(resolve));
const old = await till.load("coffee", ask);
while (till.peek("coffee") === undefined) await new Promise((resolve) => setImmediate(resolve));
console.log(`over its time: ${old}, a moment later: ${till.peek("coffee")}`);

const { hits, misses, coalesced, stale, invalidated } = till.stats();
console.log(
  `till: ${hits > 0 ? "hits" : "no hits"}, ${misses} misses, ${coalesced} waited, ${stale} stale, ${invalidated} changed`,
);
if (asked !== 3) throw new Error(`it was asked ${asked} times`);
for (const cache of [shop, till]) await cache.close();
for (const bus of [...nodes, hub]) await bus.close();
