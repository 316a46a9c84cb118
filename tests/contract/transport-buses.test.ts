import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { Bus } from "../../npm/src/bus/bus.ts";
import { memoryTransport } from "../../npm/src/transports/memory/memory-transport.ts";
import { webSocketTransport } from "../../npm/src/transports/websocket/index.node.ts";
import { webSocketServer } from "../../npm/src/transports/websocket/server.ts";
import { serveWorker, workerTransport } from "../../npm/src/transports/worker/worker-transport.ts";

const thread = new URL("./fixtures/bus-thread.ts", import.meta.url);

test("a thread answers on the bus of the one that started it, until it ends", async () => {
  await using bus = new Bus();
  const worker = new Worker(thread, { execArgv: [] });
  const ready = new Promise((resolve) => bus.subscribe("ready", resolve));
  const door = serveWorker(worker, memoryTransport(bus), { name: "calculator" });
  await ready;
  expect(await bus.request("double", 21)).toBe(42);
  const many = await Promise.all(Array.from({ length: 50 }, (_, n) => bus.request<number>("double", n)));
  expect(many).toEqual(Array.from({ length: 50 }, (_, n) => n * 2));
  const hanging = bus.request("hang", null, { retries: 0 });
  hanging.catch(() => undefined);
  await worker.terminate();
  await expect(hanging).rejects.toMatchObject({ code: expect.stringMatching(/^REQUEST_/) });
  await expect(bus.request("double", 1, { retries: 0 })).rejects.toMatchObject({ code: "REQUEST_NO_RESPONDER" });
  await door.close();
}, 30_000);

test("a transport to a thread that ended is closed, and says why", async () => {
  const worker = new Worker("require('node:worker_threads').parentPort.on('message', () => process.exit(0))", {
    eval: true,
  });
  const transport = workerTransport(worker);
  const exited = once(worker, "exit");
  const asked = transport.subscribe("a", () => undefined);
  await expect(asked).rejects.toMatchObject({ code: "TRANSPORT_LOST" });
  await exited;
  expect(transport.health()).toMatchObject({ state: "closed" });
});

test("what cannot be copied to another thread is refused before it is sent", async () => {
  const { port1, port2 } = new MessageChannel();
  await using bus = new Bus();
  serveWorker(port2, memoryTransport(bus));
  const transport = workerTransport(port1);
  const envelope = { id: "x", kind: "data", subject: "a", source: "s", timestampMs: 1, priority: "medium" } as const;
  await expect(transport.publish({ ...envelope, payload: () => 1 })).rejects.toMatchObject({
    code: "PROTOCOL_FIELD_INVALID",
  });
  await transport.publish({ ...envelope, payload: 1 });
  port1.close();
});

test("buses of several processes are one over WebSocket", async () => {
  await using hub = new Bus({ node: "hub" });
  await using server = await webSocketServer({
    authenticate: ({ token = "" }) => ({ name: token, transport: memoryTransport(hub) }),
  });
  const node = (name: string): Bus =>
    new Bus({ node: name, transport: webSocketTransport(`ws://127.0.0.1:${server.port}`, { token: name }) });
  await using a = node("a");
  await using b = node("b");
  await b.respond<number>("square", ({ payload }) => payload * payload).ready;
  expect(await a.request("square", 7)).toBe(49);
  expect(await hub.request("square", 8)).toBe(64);
  await b.respond("many", async function* () {
    for (let n = 0; n < 150; n++) yield n;
  }).ready;
  const seen: unknown[] = [];
  for await (const value of a.requestMany("many")) seen.push(value);
  expect(seen).toEqual(Array.from({ length: 150 }, (_, n) => n));
  await b.respond("fails", () => {
    throw new Error("no");
  }).ready;
  await expect(a.request("fails", null, { retries: 0 })).rejects.toMatchObject({ code: "REQUEST_FAILED" });
});
