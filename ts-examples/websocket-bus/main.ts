// What:  a bus over WebSocket: a node that answers, a node that asks, a guest with fewer rights; and a door behind which all is encrypted.
// Run:   npm run example websocket-bus
// See:   an answer, a stream of answers, who the bus says has sent a message, refusals, and how two connections speak.
import { Bus, memoryTransport, PolyphonError } from "polyphon/node";
import { type KeyRing, loadProtocol } from "polyphon/protocol";
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

const guestBus = new Bus({ node: "guest", transport: guest });
console.log("the guest was refused:", await codeOf(guestBus.publish("prices.changed", { tea: 1 })));

// Both ends have the same secret: everything behind the negotiation is encrypted, compressed, and cannot be sent again.
const protocol = await loadProtocol();
const secret = crypto.getRandomValues(new Uint8Array(32));
const key = crypto.getRandomValues(new Uint8Array(32));
const speech = (ring: KeyRing) => ({
  protocol,
  key,
  seals: { "xchacha20-poly1305": ring },
  compressions: ["lz4" as const],
});
const encrypted = await webSocketServer({
  authenticate: ({ token = "" }) =>
    token === "t-vault" ? { name: "vault", transport: memoryTransport(hub) } : undefined,
  speech: speech(await ringWith(secret)),
});
const vaultUrl = `ws://127.0.0.1:${encrypted.port}`;
const way = webSocketTransport(vaultUrl, { token: "t-vault", speech: speech(await ringWith(secret)) });
const vault = new Bus({ node: "vault", transport: way });
console.log("tea costs", await vault.request("price.of", "tea"));
console.log("plainly spoken:", south.health().transport?.speaks?.codec);
console.log("in the vault:  ", way.health().speaks?.seal, way.health().speaks?.compression);
const wrong = webSocketTransport(vaultUrl, {
  token: "t-vault",
  speech: speech(await ringWith(secret.map((byte) => byte ^ 1))),
});
const stranger = new Bus({ node: "stranger", transport: wrong });
console.log("with another key:", await codeOf(stranger.publish("prices.changed", { tea: 1 })));

await stranger.close();
await vault.close();
await encrypted[Symbol.asyncDispose]();
await guestBus.close();
await south.close();
await north.close();
await server[Symbol.asyncDispose]();
await hub.close();

async function ringWith(bytes: Uint8Array): Promise<KeyRing> {
  const ring = protocol.keyRing();
  await ring.rotate({ id: "2025-07", seal: "xchacha20-poly1305", secret: bytes });
  return ring;
}

/** What a call was refused with. */
async function codeOf(call: Promise<void> | undefined): Promise<string> {
  try {
    await call;
    return "nothing";
  } catch (error) {
    if (error instanceof PolyphonError) return error.code;
    throw error;
  }
}
