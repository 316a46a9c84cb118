// Request and reply on loopback with a responder in another process: over WebSocket to its bus, and through a nats-server. One after the
// other, in turns, by the wall clock: waiting is what is measured. NATS has a server between the two; a bus has none.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { Bus } from "polyphon";
import { webSocketTransport } from "polyphon/websocket";
import { quantile } from "../../lib/quantiles.ts";
import type { Rows } from "../../lib/rows.ts";
import { loadPeer } from "../../tasks/peers/load.ts";
import { type Nats, SUBJECT } from "./wire-peer.ts";

const ROUNDS = 15;
const CALLS = 1_000;
/** About 300 bytes, as in the other parts. */
const PAYLOAD = { text: "x".repeat(280), number: 42 };

export async function wire(rows: Rows): Promise<void> {
  const nats = await natsServer();
  const responder = spawn(process.execPath, [`${import.meta.dirname}/wire-responder.ts`, ...(nats?.args ?? [])], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [url] = (await once(createInterface({ input: responder.stdout }), "line")) as [string];
  const bus = new Bus({ transport: webSocketTransport(url) });
  const contestants: Record<string, () => Promise<unknown>> = { polyphon: () => bus.request(SUBJECT, PAYLOAD) };
  let leave = async (): Promise<void> => undefined;
  if (nats !== undefined) {
    const { connect } = await loadPeer<Nats>("@nats-io/transport-node");
    const connection = await connect({ servers: nats.url });
    // Both sides parse and write JSON.
    contestants.nats = async () => {
      const { data } = await connection.request(SUBJECT, JSON.stringify(PAYLOAD), { timeout: 5_000 });
      return JSON.parse(new TextDecoder().decode(data));
    };
    leave = () => connection.close();
  } else rows.say("nats-server is not installed: nothing to compare with");
  const samples = await inTurns(contestants);
  for (const [name, times] of samples) {
    rows.add(name, "wire_request_p50_us", quantile(times, 0.5) * 1_000, "us");
    rows.add(name, "wire_request_p99_us", quantile(times, 0.99) * 1_000, "us");
  }
  await leave();
  await bus.close();
  await ended(responder, () => responder.stdin.end());
  if (nats !== undefined) await ended(nats.child, () => nats.child.kill());
}

/** Milliseconds each call took, by name. */
async function inTurns(contestants: Readonly<Record<string, () => Promise<unknown>>>): Promise<Map<string, number[]>> {
  const samples = new Map<string, number[]>();
  for (let round = -1; round < ROUNDS; round++) {
    for (const [name, call] of Object.entries(contestants)) {
      const times = samples.get(name) ?? [];
      for (let made = 0; made < CALLS; made++) {
        const before = performance.now();
        await call();
        if (round >= 0) times.push(performance.now() - before);
      }
      samples.set(name, times);
    }
  }
  return samples;
}

interface NatsServer {
  readonly child: ChildProcess;
  readonly url: string;
  readonly args: readonly string[];
}

async function natsServer(): Promise<NatsServer | undefined> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  probe.close();
  const child = spawn("nats-server", ["-a", "127.0.0.1", "-p", String(port)], { stdio: ["ignore", "ignore", "pipe"] });
  const failed = once(child, "error").then(() => false);
  const ready = (async () => {
    for await (const line of createInterface({ input: child.stderr }))
      if (line.includes("Server is ready")) return true;
    return false;
  })();
  const isUp = await Promise.race([ready, failed]);
  child.stderr.resume();
  const url = `nats://127.0.0.1:${port}`;
  return isUp ? { child, url, args: [url] } : undefined;
}

async function ended(child: ChildProcess, end: () => void): Promise<void> {
  const over = once(child, "exit");
  end();
  await over;
}
