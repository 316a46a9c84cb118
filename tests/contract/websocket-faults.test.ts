import { afterEach, beforeEach, expect, test } from "vitest";
import { Bus } from "../../npm/src/bus/bus.ts";
import type { PolyphonError } from "../../npm/src/errors/error.ts";
import { message, pause, until } from "../../npm/src/testing/transport-contract/subject.ts";
import { memoryTransport } from "../../npm/src/transports/memory/memory-transport.ts";
import { saying } from "../../npm/src/transports/packets/frame.ts";
import type { Transport } from "../../npm/src/transports/transport.ts";
import { type WebSocketTransportOptions, webSocketTransport } from "../../npm/src/transports/websocket/index.node.ts";
import {
  type WebSocketServer,
  type WebSocketServerOptions,
  webSocketServer,
} from "../../npm/src/transports/websocket/server.ts";
import { RawClient, textsOnly } from "./fixtures/raw-client.ts";
import { TcpProxy } from "./tcp-proxy.ts";

let bus: Bus;
let server: WebSocketServer;
let proxy: TcpProxy;
let opened: Transport[];

async function serve(options: Partial<WebSocketServerOptions> = {}): Promise<void> {
  server = await webSocketServer({
    authenticate: ({ token }) => ({ name: token ?? "tester", transport: memoryTransport(bus) }),
    ...options,
  });
}

function connect(options: WebSocketTransportOptions = {}): Transport {
  const transport = webSocketTransport(`ws://127.0.0.1:${proxy.port}`, { retryMs: 5, ...options });
  opened.push(transport);
  return transport;
}

beforeEach(async () => {
  bus = new Bus();
  opened = [];
  proxy = await TcpProxy.start(() => server.port);
});
afterEach(async () => {
  for (const transport of opened) await transport.close();
  await proxy.close();
  await server.close();
  await bus.close();
});

test("connections that are cut again and again lose nothing, repeat nothing and keep the order", async () => {
  await serve();
  const near = connect();
  const far = connect();
  const seen: number[] = [];
  await far.subscribe("flow", ({ payload }) => void seen.push(payload as number), { queue: 100_000 });
  const all: Promise<void>[] = [];
  for (let n = 0; n < 400; n++) {
    all.push(near.publish(message("flow", n)));
    if (n % 40 === 20) {
      proxy.cut();
      await pause(3);
    }
  }
  await Promise.all(all);
  await until(() => seen.length >= 400, "every message");
  await pause(30);
  expect(seen).toEqual(Array.from({ length: 400 }, (_, n) => n));
  expect(proxy.connections).toBeGreaterThan(5);
  expect(server.health()).toMatchObject({ state: "up", sessions: 2, subscriptions: 1 });
});

test("connections that are cut in the middle of a message lose nothing", async () => {
  await serve();
  const near = connect();
  const far = connect();
  const seen: string[] = [];
  await far.subscribe("large", ({ payload }) => void seen.push(payload as string));
  proxy.cutAfterBytes = 150_000;
  for (let n = 0; n < 20; n++) await near.publish(message("large", `${n}${"x".repeat(20_000)}`));
  await until(() => seen.length >= 20, "every message");
  expect(seen.map((text) => text.replaceAll("x", ""))).toEqual(Array.from({ length: 20 }, (_, n) => `${n}`));
  expect(proxy.connections).toBeGreaterThan(4);
});

test("a request survives a break in the middle", async () => {
  await serve();
  const near = connect();
  bus.respond("slow", async () => {
    proxy.cut();
    await pause(20);
    return "answered";
  });
  const answers: unknown[] = [];
  for await (const { payload } of near.request(message("slow", 1))) answers.push(payload);
  expect(answers).toMatchObject([{ result: "answered" }]);
});

test("a connection that is open at one end only is noticed and replaced", async () => {
  await serve({ heartbeatMs: 30 });
  const near = connect();
  await near.publish(message("a", 1));
  proxy.halfOpen(true);
  await until(() => near.health().state === "connecting", "that it is noticed");
  proxy.halfOpen(false);
  await near.publish(message("a", 2));
  expect(near.health().state).toBe("up");
  await until(() => near.health().roundTripMs !== undefined, "a measured way");
  expect(server.health()).toMatchObject({ connections: 1, sessions: 1 });
});

test("a slow network only takes its time", async () => {
  await serve();
  proxy.delay(20);
  const near = connect();
  const far = connect();
  const seen: unknown[] = [];
  await far.subscribe("late", ({ payload }) => void seen.push(payload));
  await Promise.all([1, 2, 3].map((n) => near.publish(message("late", n))));
  await until(() => seen.length === 3, "three messages");
  expect(seen).toEqual([1, 2, 3]);
});

test("calls wait while there is no server, up to a bound", async () => {
  await serve();
  proxy.refuse(true);
  const near = connect();
  const published = near.publish(message("a", 1));
  await pause(30);
  expect(near.health()).toMatchObject({ state: "connecting", waiting: 1 });
  expect(near.health().reason).toBeDefined();
  proxy.refuse(false);
  await published;
});

test("a server that comes back knows no session: what was under way is lost, subscriptions are made anew", async () => {
  await serve();
  const near = connect();
  const far = connect();
  const seen: unknown[] = [];
  await far.subscribe("news", ({ payload }) => void seen.push(payload));
  bus.respond("held", () => new Promise(() => undefined));
  const held = (async () => {
    for await (const _ of near.request(message("held", 1))) return "answered";
    return "ended";
  })();
  held.catch(() => undefined);
  await near.publish(message("news", 1));
  await until(() => seen.length === 1, "the first");
  await server.close();
  await serve();
  await expect(held).rejects.toMatchObject({ code: "TRANSPORT_LOST", retryable: true });
  await until(() => server.health().subscriptions === 1, "the subscription");
  await near.publish(message("news", 2));
  await until(() => seen.length === 2, "the second");
});

test("a session ends when its client stays away, and with it its subscriptions", async () => {
  await serve({ resumeMs: 30 });
  const far = connect();
  await far.subscribe("a", () => undefined);
  proxy.refuse(true);
  proxy.cut();
  await until(() => server.health().sessions === 0, "the end of the session");
  proxy.refuse(false);
  await until(() => server.health().subscriptions === 1, "a new one");
});

test("who is not let in is told, and does not try again", async () => {
  await serve({ authenticate: ({ token }) => (token === "right" ? visitor("agent-7") : undefined) });
  const wrong = connect({ token: "wrong" });
  await expect(wrong.publish(message("a", 1))).rejects.toMatchObject({ code: "TRANSPORT_DENIED" });
  expect(wrong.health().state).toBe("closed");
  const { connections } = proxy;
  await pause(30);
  expect(proxy.connections).toBe(connections);
  await connect({ token: async () => "right" }).publish(message("a", 1));
});

test("who sent a message is what the door found out, not what the message says", async () => {
  await serve({ authenticate: () => visitor("agent-7") });
  const seen: string[] = [];
  bus.subscribe("who", ({ source }) => void seen.push(source));
  await connect().publish(message("who", 1, { source: "somebody-else" }));
  await until(() => seen.length === 1, "a message");
  expect(seen).toEqual(["agent-7"]);
});

test("a visitor has the rights of its door", async () => {
  await serve({
    authenticate: () => ({ ...visitor("guest"), permits: (action, subject) => subject.startsWith(`open.${action}`) }),
  });
  const guest = connect();
  await guest.publish(message("open.publish", 1));
  await guest.subscribe("open.subscribe", () => undefined);
  await expect(guest.publish(message("closed.publish", 1))).rejects.toMatchObject({ code: "BUS_DENIED" });
  await expect(guest.subscribe("closed.>", () => undefined)).rejects.toMatchObject({ code: "BUS_DENIED" });
  await expect(ask(guest, "closed.question")).rejects.toMatchObject({ code: "BUS_DENIED" });
  await expect(guest.publish(message("$reply.node.1", 1))).rejects.toMatchObject({ code: "BUS_DENIED" });
  // Answers to what it was asked need no right of their own.
  await guest.subscribe("open.subscribe.sum", (asked) =>
    guest.publish(message(asked.replyTo ?? "", { result: 3, done: true }, { kind: "response", correlationId: "c" })),
  );
  expect(await ask(memoryTransport(bus), "open.subscribe.sum")).toMatchObject({ result: 3 });
});

test("another visitor cannot go on with a session, the same one can", async () => {
  await serve();
  const { admission } = await RawClient.open(server.port, { token: "first" });
  const { session } = admission;
  const other = await RawClient.open(server.port, { token: "second", session });
  expect(other.admission).toMatchObject({ resumed: false });
  const same = await RawClient.open(server.port, { token: "first", session });
  expect(same.admission).toMatchObject({ resumed: true, session });
  for (const client of [other, same]) client.close();
});

test("a frame that is missing cuts the connection, and comes over the next one", async () => {
  await serve();
  const stamps = { id: () => message("x", 1).id, wallMs: () => 1 };
  const client = await RawClient.open(server.port);
  client.send(client.codec.encode(saying(stamps, "7 0 bye")) as Uint8Array);
  expect(await client.closed).toMatchObject({ code: 4408 });
});

test("what is no frame ends the connection, and nothing else", async () => {
  const troubles: string[] = [];
  await serve({ onError: (error) => troubles.push((error as PolyphonError).code) });
  const near = connect();
  await near.publish(message("a", 1));
  const stamps = { id: () => message("x", 1).id, wallMs: () => 1 };
  const frames = ["1 0 fly", "1 0 ok 1", "1 0 pub", "1 0 done 1 -1", "0 0 sing", "x", "1 0 sub 1 1", "0 0 greet"];
  const garbage = ["", "nonsense", "PLYM", "PLYM\u0001\u0002"].map((text) => new TextEncoder().encode(text));
  for (const said of [...frames, ...garbage, "text"]) {
    const client = await RawClient.open(server.port);
    if (said instanceof Uint8Array) client.send(said);
    else if (said === "text") client.send("text");
    else client.send(client.codec.encode(saying(stamps, said)) as Uint8Array);
    const { code, reason } = await client.closed;
    expect({ said, code, known: reason.split(":")[0] ?? "" }).toMatchObject({
      code: 4400,
      known: expect.stringMatching(/^(TRANSPORT|PROTOCOL)_/),
    });
  }
  expect(await textsOnly(server.port, ["not a greeting"])).toMatchObject({ code: 4406 });
  expect(troubles).toContain("TRANSPORT_INVALID");
  expect(troubles).toContain("PROTOCOL_MALFORMED");
  await near.publish(message("a", 2));
});

test("a message above the limit is refused by its sender, who knows what the server takes, and by the server otherwise", async () => {
  await serve({ limits: { messageBytes: 10_000 } });
  const near = connect({ speech: { transferBytes: 0 } });
  await near.publish(message("a", 1));
  await expect(near.publish(message("a", "x".repeat(20_000)))).rejects.toMatchObject({
    code: "PROTOCOL_LIMIT_EXCEEDED",
  });
  await near.publish(message("a", 2));
  const careless = await RawClient.open(server.port);
  careless.send(new Uint8Array(20_000));
  expect(await careless.closed).toMatchObject({ code: 1009 });
});

test("a payload that cannot be said is refused before it is sent", async () => {
  await serve();
  const near = connect();
  await near.publish(message("a", 1n));
  for (const payload of [() => 1, { at: new Date() }, [Symbol("a")], "\ud800", 2n ** 64n]) {
    await expect(near.publish(message("a", payload))).rejects.toMatchObject({ code: "PROTOCOL_FIELD_INVALID" });
  }
  await expect(near.publish(message("a", nested(70)))).rejects.toMatchObject({ code: "PROTOCOL_LIMIT_EXCEEDED" });
  await expect(near.publish(message("a", many(10_001)))).rejects.toMatchObject({ code: "PROTOCOL_LIMIT_EXCEEDED" });
  await near.publish(message("a", 2));
});

function nested(levels: number): unknown {
  return levels === 0 ? 1 : [nested(levels - 1)];
}

function many(keys: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: keys }, (_, n) => [`k${n}`, n]));
}

test("subscriptions, open calls and connections have bounds", async () => {
  await serve({ limits: { subscriptions: 2, inFlight: 1, connections: 2 } });
  const near = connect();
  await near.subscribe("a", () => undefined);
  await near.subscribe("b", () => undefined);
  await expect(near.subscribe("c", () => undefined)).rejects.toMatchObject({ code: "TRANSPORT_LIMIT" });
  bus.respond("held", () => new Promise(() => undefined), { credit: 1 });
  const abort = new AbortController();
  const held = (async () => {
    for await (const _ of near.request(message("held", 1), { signal: abort.signal })) return;
  })();
  held.catch(() => undefined);
  await pause(20);
  await expect(near.publish(message("x", 1))).rejects.toMatchObject({ code: "BUS_BACKPRESSURE", retryable: true });
  abort.abort();
  await pause(20);
  await near.publish(message("x", 2));
  await connect().publish(message("x", 3));
  const third = connect();
  await until(() => third.health().reason === "too many connections", "that it is sent away");
  expect(third.health().state).toBe("connecting");
});

test("who sends too fast is read more slowly, and loses nothing", async () => {
  await serve({ limits: { messagesPerSecond: 200 } });
  const near = connect();
  let count = 0;
  bus.subscribe("fast", () => {
    count += 1;
  });
  const since = performance.now();
  for (let n = 0; n < 280; n++) await near.publish(message("fast", n));
  expect(count).toBe(280);
  expect(performance.now() - since).toBeGreaterThan(300);
});

test("a client that is away for too much loses its session", async () => {
  const troubles: string[] = [];
  await serve({ limits: { waiting: 20 }, onError: (error) => troubles.push((error as PolyphonError).code) });
  const far = connect({ retryMs: 200 });
  await far.subscribe("much", () => undefined, { credit: 1_000 });
  proxy.refuse(true);
  proxy.cut();
  await pause(20);
  for (let n = 0; n < 50; n++) await bus.publish("much", n);
  await until(() => server.health().sessions === 0, "the end of the session");
  expect(troubles).toContain("BUS_BACKPRESSURE");
});

test("a server that drains lets work end and nobody in", async () => {
  await serve();
  const near = connect();
  let finish: (value: string) => void = () => undefined;
  const begun = Promise.withResolvers<void>();
  bus.respond(
    "slow",
    () =>
      new Promise<string>((resolve) => {
        finish = resolve;
        begun.resolve();
      }),
  );
  const asked = (async () => {
    for await (const { payload } of near.request(message("slow", 1))) return payload;
    return undefined;
  })();
  await begun.promise;
  let isDrained = false;
  const drained = server.drain().then(() => {
    isDrained = true;
  });
  await pause(20);
  expect(isDrained).toBe(false);
  expect(server.health().state).toBe("draining");
  finish("in time");
  expect(await asked).toMatchObject({ result: "in time" });
  await drained;
  await until(() => near.health().state === "connecting", "the end of the connection");
});

function visitor(name: string): { readonly name: string; readonly transport: Transport } {
  return { name, transport: memoryTransport(bus) };
}

/** The payload of the only answer. */
async function ask(transport: Transport, subject: string): Promise<unknown> {
  for await (const { payload } of transport.request(message(subject, null, { kind: "query" }))) return payload;
  return undefined;
}
