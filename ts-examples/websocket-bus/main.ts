// What:  a bus over WebSocket: a node that answers, a node that asks, a guest with fewer rights.
// Run:   npm run example websocket-bus
// See:   an answer, a stream of answers, who the bus says has sent a message, and a refusal.
import { Bus, memoryTransport, PolyphonError } from "polyphon/node";
import { webSocketTransport } from "polyphon/websocket";
import { webSocketServer } from "polyphon/websocket-server";

const hub = new Bus({ node: "hub" });
const tokens = new Map([
  ["t-north", "north"],
  ["t-south", "south"],
  ["t-guest", "guest"],
]);
const server = await webSocketServer({
  authenticate({ token = "" }) {
    const name = tokens.get(token);
    if (name === undefined) return undefined;
    const visitor = { name, transport: memoryTransport(hub) };
    const listensOnly = (action: string, subject: string): boolean =>
      action === "subscribe" && subject.startsWith("prices.");
    return name === "guest" ? { ...visitor, permits: listensOnly } : visitor;
  },
});
const url = `ws://127.0.0.1:${server.port}`;

// Each of these could be another process, or a page.
const north = new Bus({ node: "north", transport: webSocketTransport(url, { token: "t-north" }) });
await north.respond<string>("price.of", ({ payload }) => payload.length * 100).ready;
await north.respond("price.history", async function* () {
  yield* [90, 95, 100];
}).ready;

const guest = webSocketTransport(url, { token: "t-guest" });
const heard = new Promise<string>((resolve) => {
  void guest.subscribe("prices.>", ({ source, payload }) => resolve(`${source} says ${JSON.stringify(payload)}`));
});
await guest.subscribe("prices.ready", () => undefined);

const south = new Bus({ node: "south", transport: webSocketTransport(url, { token: "t-south" }) });
console.log("tea costs", await south.request("price.of", "tea"));
for await (const price of south.requestMany("price.history")) console.log("once it cost", price);
await south.publish("prices.changed", { tea: 320 });
console.log("the guest heard:", await heard);

const envelope = { id: crypto.randomUUID(), kind: "data", source: "north", priority: "medium" } as const;
try {
  await guest.publish({ ...envelope, subject: "prices.changed", timestampMs: Date.now(), payload: { tea: 1 } });
} catch (error) {
  if (!(error instanceof PolyphonError)) throw error;
  console.log(`the guest was refused: ${error.code}`);
}

await guest.close();
await south.close();
await north.close();
await server[Symbol.asyncDispose]();
await hub.close();
