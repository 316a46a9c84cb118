// JetStream on a nats-server of its own: messages of 300 bytes in a file, each published and waited for, handed out and
// acknowledged one by one. Its default syncs the file every two minutes, which costs it less than a sync a commit.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keepInFlight } from "../../lib/in-flight.ts";
import type { Rows } from "../../lib/rows.ts";
import { freePort } from "../../tasks/peers/bullmq.ts";
import { loadPeer } from "../../tasks/peers/load.ts";

const SUBJECT = "jetstream-file";
const IN_FLIGHT = 4_000;

interface Connection {
  drain(): Promise<void>;
}
interface Transport {
  connect(options: object): Promise<Connection>;
}
interface Manager {
  readonly streams: { add(config: object): Promise<unknown> };
  readonly consumers: { add(stream: string, config: object): Promise<unknown> };
}
interface Streams {
  publish(subject: string, payload: Uint8Array): Promise<unknown>;
  readonly consumers: {
    get(
      stream: string,
      consumer: string,
    ): Promise<{ consume(options: object): Promise<AsyncIterable<{ ack(): void }> & { close(): Promise<unknown> }> }>;
  };
}
interface JetStream {
  jetstream(connection: Connection): Streams;
  jetstreamManager(connection: Connection): Promise<Manager>;
}

export async function jetstream(rows: Rows, messages: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "polyphon-nats-"));
  const port = await freePort();
  const args = ["-a", "127.0.0.1", "-p", String(port), "-js", "-sd", folder];
  const server = spawn("nats-server", args, { stdio: ["ignore", "ignore", "pipe"] });
  try {
    if (await isReady(server)) await measure(rows, port, messages);
    else rows.say(`${SUBJECT}: skipped, there is no nats-server on this machine`);
  } finally {
    server.kill("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(rows: Rows, port: number, messages: number): Promise<void> {
  const { connect } = await loadPeer<Transport>("@nats-io/transport-node");
  const { jetstream: open, jetstreamManager } = await loadPeer<JetStream>("@nats-io/jetstream");
  const connection = await connect({ servers: `127.0.0.1:${port}` });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: "bench", subjects: ["bench"], storage: "file", retention: "workqueue" });
  const limits = { ack_policy: "explicit", max_ack_pending: 20_000 };
  await manager.consumers.add("bench", { durable_name: "all", ...limits });
  const js = open(connection);
  const consumer = await js.consumers.get("bench", "all");
  const taken = await consumer.consume({ max_messages: 5_000 });
  let dealt = 0;
  void (async () => {
    for await (const message of taken) {
      message.ack();
      dealt++;
    }
  })();
  const payload = new TextEncoder().encode(JSON.stringify({ text: "x".repeat(289) }));
  const complete = async (count: number): Promise<void> => {
    dealt = 0;
    await keepInFlight(count, IN_FLIGHT, async () => void (await js.publish("bench", payload)));
    while (dealt < count) await new Promise((resolve) => setImmediate(resolve));
  };
  await complete(messages / 5);
  const began = performance.now();
  await complete(messages);
  rows.add(SUBJECT, "messages_per_second", (messages * 1_000) / (performance.now() - began), "1/s");
  await taken.close();
  await connection.drain();
}

function isReady(server: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    server.on("error", () => resolve(false));
    server.on("exit", () => resolve(false));
    server.stderr?.on("data", (text: Buffer) => {
      if (text.includes("Server is ready")) resolve(true);
    });
  });
}
