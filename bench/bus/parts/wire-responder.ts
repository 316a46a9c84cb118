// wire-responder.ts [NATS URL]: answers requests in a process of its own, over WebSocket and, with the address of a nats-server, over NATS.
// Prints the address of its WebSocket server; ends with its standard input.
import { Bus, memoryTransport } from "polyphon";
import { webSocketServer } from "polyphon/websocket-server";
import { loadPeer } from "../../tasks/peers/load.ts";
import { type Nats, SUBJECT } from "./wire-peer.ts";

const hub = new Bus({ node: "hub" });
hub.respond(SUBJECT, ({ payload }) => payload);
const server = await webSocketServer({
  authenticate: () => ({ name: "bench", transport: memoryTransport(hub) }),
  limits: { messagesPerSecond: 1_000_000 },
});
const [servers] = process.argv.slice(2);
if (servers !== undefined) {
  const { connect } = await loadPeer<Nats>("@nats-io/transport-node");
  const connection = await connect({ servers });
  connection.subscribe(SUBJECT, { callback: (_, message) => message.respond(message.data) });
  await connection.flush();
}
process.stdout.write(`ws://127.0.0.1:${server.port}\n`);
process.stdin.resume().on("end", () => process.exit());
