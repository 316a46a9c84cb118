// What:  agents talk over a bus: events with wildcards, a request, answers one by one, a slow reader, two nodes that meet.
// Run:   npm run example messages
// See:   who got which message, what the slow one lost and nobody else, and an answer that came from the other node.
import { Bus, memoryTransport } from "polyphon";

await using bus = new Bus({ node: "office" });

// Whoever subscribed gets it: by subject, by pattern, by what the message says.
bus.subscribe<{ total: number }>("orders.*.created", ({ subject, payload }) => {
  console.log(`billing: ${subject} of ${payload.total}`);
});
bus.subscribe("orders.>", ({ subject }) => console.log(`audit:   ${subject}`), {
  filter: { content: { "/total": { min: 100 } } },
});
await bus.publish("orders.eu.created", { total: 120 });
await bus.publish("orders.us.created", { total: 20 });

// A request has one answer, and the trace goes on from message to message.
bus.respond<string>("prices.ask", async ({ payload }) => (payload === "tea" ? 3 : 5));
console.log(`tea costs ${await bus.request<number>("prices.ask", "tea")}`);

// Or many, as fast as the reader takes them.
bus.respond<number>("report.lines", async function* ({ payload }) {
  for (let line = 1; line <= payload; line++) yield `line ${line}`;
});
for await (const line of bus.requestMany<string>("report.lines", 1_000)) {
  console.log(line);
  if (line === "line 2") break;
}

// One who stands still holds nobody up: it keeps the newest it has room for.
const stuck = bus.subscribe("ticks", () => new Promise(() => {}), { credit: 1, queue: 2 });
let ticks = 0;
bus.subscribe("ticks", () => {
  ticks += 1;
});
for (let tick = 0; tick < 10; tick++) await bus.publish("ticks", tick);
const { dropped, waiting } = stuck.statistics;
console.log(`the quick one got ${ticks} ticks; the stuck one keeps ${waiting} and lost ${dropped}`);
stuck.unsubscribe();

// Another node, here of the same process, through a transport.
await using branch = new Bus({ node: "branch", transport: memoryTransport(bus) });
await branch.respond<string>("stock.ask", ({ payload, source }) => `${payload} for ${source}: 7 left`).ready;
console.log(await bus.request("stock.ask", "tea"));
