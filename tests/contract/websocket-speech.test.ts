import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bus } from "../../npm/src/bus/bus.ts";
import type { Protocol, SealName } from "../../npm/src/protocol/index.node.ts";
import { message, until } from "../../npm/src/testing/transport-contract/subject.ts";
import { memoryTransport } from "../../npm/src/transports/memory/memory-transport.ts";
import { packetEnvelope } from "../../npm/src/transports/packets/frame.ts";
import type { Transport, TransportMessage } from "../../npm/src/transports/transport.ts";
import { connectWebSocket } from "../../npm/src/transports/websocket/client.ts";
import {
  type SpeechOptions,
  type WebSocketTransportOptions,
  webSocketTransport,
} from "../../npm/src/transports/websocket/index.node.ts";
import {
  type WebSocketServer,
  type WebSocketServerOptions,
  webSocketServer,
} from "../../npm/src/transports/websocket/server.ts";
import { here, ringOf, sealed, secret, shared, there } from "./fixtures/keys.ts";
import { RawClient } from "./fixtures/raw-client.ts";
import { Tampering } from "./fixtures/tampering.ts";
import { TcpProxy } from "./tcp-proxy.ts";

let bus: Bus;
let server: WebSocketServer;
let opened: Transport[];
let proxies: TcpProxy[];
let troubles: string[];

async function serve(options: Partial<WebSocketServerOptions> = {}): Promise<void> {
  server = await webSocketServer({
    authenticate: ({ token }) => ({ name: token ?? "tester", transport: memoryTransport(bus) }),
    onError: (error) => troubles.push((error as { code?: string }).code ?? error.message),
    ...options,
  });
}

function connect(speech: SpeechOptions = {}, options: WebSocketTransportOptions = {}): Transport {
  const transport = webSocketTransport(`ws://127.0.0.1:${server.port}`, { retryMs: 5, speech, ...options });
  opened.push(transport);
  return transport;
}

/** What a call on a new connection is refused with; the connection is over then. */
async function refusedWith(speech: SpeechOptions, options: WebSocketTransportOptions = {}): Promise<unknown> {
  const transport = connect(speech, options);
  const error = await transport.publish(message("a", 1)).then(
    () => ({ code: "nothing" }),
    (reason: { code: string }) => reason,
  );
  if (error.code !== "nothing") expect(transport.health().state).toBe("closed");
  return error.code;
}

beforeEach(() => {
  bus = new Bus();
  opened = [];
  proxies = [];
  troubles = [];
});
afterEach(async () => {
  for (const transport of opened) await transport.close();
  for (const proxy of proxies) await proxy.close();
  await server.close();
  await bus.close();
});

describe("agreeing on how to speak", () => {
  test("MessagePack, plain, unless somebody asks for more; then the favourites of who connects", async () => {
    await serve({ speech: { compressions: ["deflate", "lz4"] } });
    const plain = connect();
    await plain.publish(message("a", 1));
    expect(plain.health().speaks).toEqual({ version: "1.0.0", codec: "msgpack", extensions: ["polyphon.link"] });
    const other = connect({ codecs: ["protobuf", "json"], compressions: ["lz4", "deflate"] });
    await other.publish(message("a", 1));
    expect(other.health().speaks).toMatchObject({ codec: "protobuf", compression: "lz4" });
  });

  test("nothing in common is refused by name, and not tried again", async () => {
    await serve({ speech: { codecs: ["msgpack"] } });
    expect(await refusedWith({ codecs: ["json"] })).toBe("PROTOCOL_NEGOTIATION_FAILED");
    expect(await refusedWith(await sealed(here, "hmac-sha256"))).toBe("PROTOCOL_NEGOTIATION_FAILED");
    expect(troubles).toEqual(["PROTOCOL_NEGOTIATION_FAILED", "PROTOCOL_NEGOTIATION_FAILED"]);
  });

  test("a server that demands a seal does not speak without one", async () => {
    await serve({ speech: await sealed(there, "aes-256-gcm") });
    expect(await refusedWith({})).toBe("PROTOCOL_NEGOTIATION_FAILED");
    expect(await refusedWith(await sealed(here, "hmac-sha256"))).toBe("PROTOCOL_NEGOTIATION_FAILED");
    expect(await refusedWith(await sealed(here, "aes-256-gcm"))).toBe("nothing");
  });

  test("somebody between who takes something away is noticed", async () => {
    await serve({ speech: { compressions: ["lz4"] } });
    const both: SpeechOptions = { compressions: ["lz4"] };
    const less = (text: string): string => text.replaceAll('"compressions":["lz4"]', '"compressions":[]');
    // Less was asked for than the client asked for; less was chosen than both can.
    expect(await refusedWith(both, Tampering.ofTexts({ sent: less }))).toBe("PROTOCOL_DOWNGRADED");
    const worse = (text: string): string => text.replace(',"compression":"lz4"', "");
    expect(await refusedWith(both, Tampering.ofTexts({ received: worse }))).toBe("PROTOCOL_DOWNGRADED");
    const older = (text: string): string => text.replace('"codec":"msgpack"', '"codec":"json"');
    expect(await refusedWith(both, Tampering.ofTexts({ received: older }))).toBe("PROTOCOL_DOWNGRADED");
    expect(await refusedWith({}, Tampering.ofTexts({ received: (text) => text.slice(1) }))).toBe("PROTOCOL_MALFORMED");
  });

  test("with a shared key nobody between can change both documents", async () => {
    await serve({ speech: { compressions: ["lz4"], key: shared } });
    const both: SpeechOptions = { compressions: ["lz4"], key: shared };
    expect(await refusedWith(both)).toBe("nothing");
    const less = (text: string): string => text.replaceAll('"lz4"', '"zip"');
    expect(await refusedWith(both, Tampering.ofTexts({ sent: less }))).toBe("PROTOCOL_SEAL_BROKEN");
    const worse = (text: string): string => text.replace(',"compression":"lz4"', "");
    expect(await refusedWith(both, Tampering.ofTexts({ received: worse }))).toBe("PROTOCOL_SEAL_BROKEN");
    expect(await refusedWith({})).toBe("PROTOCOL_SEAL_MISSING");
    expect(await refusedWith({ key: secret })).toBe("PROTOCOL_SEAL_BROKEN");
    expect(await refusedWith({ key: new Uint8Array(3) })).toBe("PROTOCOL_SEAL_UNSUPPORTED");
  });

  test("rings need the protocol that made them", async () => {
    await serve();
    const seals = { "hmac-sha256": await ringOf(here, "hmac-sha256") };
    expect(() => connect({ seals })).toThrow(expect.objectContaining({ code: "PROTOCOL_FIELD_MISSING" }));
  });
});

describe("seals", () => {
  test.each<SealName>(["hmac-sha256", "xchacha20-poly1305", "aes-256-gcm"])(
    "%s: another key is refused",
    async (seal) => {
      await serve({ speech: await sealed(there, seal) });
      expect(await refusedWith(await sealed(here, seal))).toBe("nothing");
      const other = {
        protocol: here,
        seals: {
          [seal]: await ringOf(
            here,
            seal,
            "k1",
            secret.map((byte) => byte ^ 1),
          ),
        },
      };
      expect(await refusedWith(other)).toBe("PROTOCOL_SEAL_BROKEN");
      const strange = { protocol: here, seals: { [seal]: await ringOf(here, seal, "k9") } };
      expect(await refusedWith(strange)).toBe("PROTOCOL_KEY_UNKNOWN");
    },
  );

  test("Ed25519: each end signs with its own key and knows that of the other", async () => {
    const pair = async (): Promise<{ readonly seed: Uint8Array; readonly publicKey: Uint8Array }> => {
      const keys = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
      const der = new Uint8Array(await crypto.subtle.exportKey("pkcs8", keys.privateKey));
      return { seed: der.slice(-32), publicKey: new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey)) };
    };
    const [near, far] = [await pair(), await pair()];
    const ring = async (protocol: Protocol, own: string, seed: Uint8Array, other: string, publicKey: Uint8Array) => {
      const made = protocol.keyRing();
      await made.rotate({ id: own, seal: "ed25519", secret: seed });
      await made.add({ id: other, seal: "ed25519", publicKey });
      return { protocol, seals: { ed25519: made } };
    };
    await serve({ speech: await ring(there, "far", far.seed, "near", near.publicKey) });
    expect(await refusedWith(await ring(here, "near", near.seed, "far", far.publicKey))).toBe("nothing");
    expect(await refusedWith(await ring(here, "near", far.seed, "far", far.publicKey))).toBe("PROTOCOL_SEAL_BROKEN");
  });

  test("keys are replaced while a connection stands", async () => {
    const [mine, theirs] = [await ringOf(here, "hmac-sha256"), await ringOf(there, "hmac-sha256")];
    await serve({ speech: { protocol: there, seals: { "hmac-sha256": theirs } } });
    const near = connect({ protocol: here, seals: { "hmac-sha256": mine } });
    const seen: unknown[] = [];
    await near.subscribe("a", ({ payload }) => void seen.push(payload));
    const fresh = secret.map((byte) => byte ^ 0xff);
    await theirs.add({ id: "k2", seal: "hmac-sha256", secret: fresh });
    await mine.rotate({ id: "k2", seal: "hmac-sha256", secret: fresh });
    await near.publish(message("b", 1));
    await theirs.rotate({ id: "k3", seal: "hmac-sha256", secret });
    await mine.add({ id: "k3", seal: "hmac-sha256", secret });
    theirs.retire("k1");
    await bus.publish("a", 2);
    await until(() => seen.length === 1, "a message with the new key");
    mine.retire("k2");
    mine.retire("k3");
    await expect(near.publish(message("b", 3))).rejects.toMatchObject({ code: "PROTOCOL_KEY_UNKNOWN" });
  });

  test("what came before is refused, and so is what comes back to who said it", async () => {
    await serve({ speech: await sealed(there, "aes-256-gcm") });
    const again = await RawClient.open(server.port, {}, await sealed(here, "aes-256-gcm"));
    const packet = again.codec.encodePacket({ seq: 1, ack: 0, frame: { op: "bye" } }) as Uint8Array;
    again.send(packet);
    again.send(packet);
    expect(await again.closed).toMatchObject({ code: 4400, reason: expect.stringMatching(/^PROTOCOL_REPLAYED:/) });
    const mirror = await RawClient.open(server.port, {}, await sealed(here, "aes-256-gcm"));
    const said = mirror.next();
    mirror.send(mirror.codec.encodePacket({ ack: 0, ping: 1 }) as Uint8Array);
    mirror.send(new Uint8Array((await said) as ArrayBuffer));
    expect(await mirror.closed).toMatchObject({ code: 4400, reason: expect.stringMatching(/^PROTOCOL_REPLAYED:/) });
    const other = await RawClient.open(server.port, {}, await sealed(here, "aes-256-gcm"));
    other.send(packet);
    expect(await other.closed).toMatchObject({ code: 4400, reason: expect.stringMatching(/^PROTOCOL_REPLAYED:/) });
  });

  test("a packet that was changed, or is spoken otherwise than agreed, ends the connection by name", async () => {
    await serve({ speech: await sealed(there, "hmac-sha256") });
    const bye = { seq: 1, ack: 0, frame: { op: "bye" } } as const;
    const endsWith = async (change: (packet: Uint8Array) => Uint8Array): Promise<string> => {
      const client = await RawClient.open(server.port, {}, await sealed(here, "hmac-sha256"));
      client.send(change((client.codec.encodePacket(bye) as Uint8Array).slice()));
      const { code, reason } = await client.closed;
      expect(code).toBe(4400);
      return reason.split(":")[0] ?? "";
    };
    const plain = await RawClient.open((await plainServer()).port);
    const unsealed = plain.codec.encodePacket(bye) as Uint8Array;
    plain.close();
    expect(await endsWith(() => unsealed)).toBe("PROTOCOL_SEAL_MISSING");
    const changed = (at: number, by: number) => (packet: Uint8Array) => {
      packet[at] = (packet[at] as number) ^ by;
      return packet;
    };
    expect(await endsWith(changed(60, 1))).toBe("PROTOCOL_SEAL_BROKEN");
    expect(await endsWith(changed(5, 3))).toBe("PROTOCOL_DOWNGRADED");
    expect(await endsWith(changed(7, 1))).toBe("PROTOCOL_DOWNGRADED");
    expect(await endsWith(changed(8, 2))).toBe("PROTOCOL_DOWNGRADED");
    expect(await endsWith((packet) => packet.subarray(0, packet.length - 1))).toBe("PROTOCOL_MALFORMED");
    expect(await endsWith((packet) => packet.subarray(0, 10))).toBe("PROTOCOL_MALFORMED");
  });

  async function plainServer(): Promise<WebSocketServer> {
    const plain = await webSocketServer({ authenticate: () => ({ name: "x", transport: memoryTransport(bus) }) });
    opened.push({ close: () => plain.close() } as Transport);
    return plain;
  }
});

describe("what travels", () => {
  test("every hop carries trace, cause and what it does not know itself", async () => {
    await serve();
    const far = connect();
    const seen: TransportMessage[] = [];
    await far.subscribe("hop", (came) => void seen.push(came));
    const carried = {
      correlationId: "order-1",
      causationId: "01939d2c-0000-7000-8000-000000000001",
      trace: {
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        tracestate: "vendor=1",
        baggage: "user=7",
      },
      version: "1.7.0",
      extensions: { hint: { critical: false, value: "warm" } },
      unknown: { weight: { encoding: "msgpack", bytes: Uint8Array.of(0x2a) } },
    } as const;
    await connect().publish(message("hop", { text: "käse" }, { ...carried, headers: { ß: "größer", a: "1" } }));
    await until(() => seen.length === 1, "the message");
    expect(seen[0]).toMatchObject({ ...carried, headers: { ß: "größer", a: "1" }, payload: { text: "käse" } });
    // Answers of a bus behind the server follow from the question.
    bus.respond("why", ({ trace }) => trace?.baggage);
    for await (const answer of connect().request(message("why", null, { ...carried, kind: "query" }))) {
      expect(answer).toMatchObject({ causationId: message("why", null, { ...carried, kind: "query" }).id });
      expect(answer.payload).toMatchObject({ result: "user=7" });
    }
  });

  test("an extension that is critical and not known is refused by its name", async () => {
    await serve();
    const said = { ...message("a", 1), extensions: { audit: { critical: true, value: "x" } } };
    const client = await RawClient.open(server.port);
    client.send(
      client.codec.encode(
        packetEnvelope({ seq: 1, ack: 0, frame: { op: "pub", n: 1, message: said } }, client.speech.stamps),
      ) as Uint8Array,
    );
    expect(await client.closed).toMatchObject({
      code: 4400,
      reason: expect.stringMatching(/^PROTOCOL_EXTENSION_UNKNOWN: extensions\.audit/),
    });
  });

  test("rare messages among common ones keep their place", async () => {
    await serve();
    const [near, far] = [connect(), connect()];
    const seen: unknown[] = [];
    await far.subscribe("flow", ({ payload }) => void seen.push(payload));
    const sent = Array.from({ length: 40 }, (_, n) =>
      near.publish(message("flow", n, n % 7 === 3 ? { headers: { grüße: `${n}` } } : {})),
    );
    await Promise.all(sent);
    await until(() => seen.length === 40, "all of them");
    expect(seen).toEqual(Array.from({ length: 40 }, (_, n) => n));
  });

  test("one among them that is refused takes nothing with it", async () => {
    await serve();
    const near = connect();
    const seen: unknown[] = [];
    bus.subscribe("flow", ({ payload }) => void seen.push(payload));
    const all = await Promise.allSettled([
      near.publish(message("flow", 1)),
      near.publish(message("flow", () => 1)),
      near.publish(message("flow", 2, { headers: { grüße: "a" } })),
      near.publish(message("flow", 3, { causationId: "none" })),
      near.publish(message("flow", 4)),
    ]);
    expect(all.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "rejected", "fulfilled"]);
    expect(seen).toEqual([1, 2, 4]);
  });

  test("an answer that cannot be said is an error for who asked, and a message that cannot costs no credit", async () => {
    await serve();
    bus.respond("odd", () => ({ at: new Date(0) }));
    bus.respond("odd-many", async function* () {
      yield 1;
      yield () => 1;
    });
    const near = connect();
    const answers = async (subject: string): Promise<unknown[]> => {
      const all: unknown[] = [];
      for await (const { payload } of near.request(message(subject, null, { kind: "query" }))) all.push(payload);
      return all;
    };
    // The first one waits for the module, the second one finds it there.
    for (let turn = 0; turn < 2; turn++)
      await expect(answers("odd")).rejects.toMatchObject({ code: "PROTOCOL_FIELD_INVALID" });
    await expect(answers("odd-many")).rejects.toMatchObject({ code: "PROTOCOL_FIELD_INVALID" });
    const seen: unknown[] = [];
    await near.subscribe("flow", ({ payload }) => void seen.push(payload), { credit: 2 });
    for (let n = 0; n < 6; n++) await bus.publish("flow", n % 2 === 0 ? n : () => n);
    await until(() => seen.length === 3, "what can be said");
    expect(seen).toEqual([0, 2, 4]);
  });

  test("where the module cannot be loaded only what needs it is refused", async () => {
    await serve();
    const load = (): Promise<Protocol> => Promise.reject(new TypeError("not served"));
    const near = connectWebSocket(`ws://127.0.0.1:${server.port}`, {}, load);
    opened.push(near);
    const all = await Promise.allSettled([
      near.publish(message("a", 1)),
      near.publish(message("a", 2, { headers: { grüße: "a" } })),
      near.publish(message("a", 3)),
    ]);
    expect(all.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(all[1]).toMatchObject({ reason: { code: "KERNEL_UNAVAILABLE" } });
  });

  test("a payload that throws while it is read is refused to its publisher", async () => {
    await serve();
    const near = connect();
    const broken = {
      get value(): number {
        throw new RangeError("not today");
      },
    };
    for (const fields of [{}, { headers: { grüße: "a" } }])
      await expect(near.publish(message("a", broken, fields))).rejects.toMatchObject({
        code: "PROTOCOL_FIELD_INVALID",
      });
    await near.publish(message("a", 1));
  });

  test("a payload that its kind does not ask for travels as one of the application's", async () => {
    await serve();
    const far = connect({ codecs: ["json"] });
    const seen: TransportMessage[] = [];
    await far.subscribe("any", (came) => void seen.push(came));
    const payloads = ["tea", undefined, null, [1], { name: "named" }, Uint8Array.of(1, 2)];
    for (const payload of payloads) await connect().publish(message("any", payload, { kind: "event" }));
    await until(() => seen.length === payloads.length, "all of them");
    expect(seen.map(({ payload }) => payload)).toEqual(payloads);
    expect(seen.every(({ kind, schema }) => kind === "event" && schema === undefined)).toBe(true);
  });
});

describe("messages above the limit", () => {
  test("travel in parts, whole and in their place, also over connections that break", async () => {
    await serve();
    const proxy = await TcpProxy.start(() => server.port);
    proxies.push(proxy);
    const near = webSocketTransport(`ws://127.0.0.1:${proxy.port}`, { retryMs: 5 });
    opened.push(near);
    const seen: unknown[] = [];
    bus.subscribe("large", ({ payload }) => void seen.push(payload));
    const bytes = Uint8Array.from({ length: 12_000_000 }, (_, n) => n * 7);
    const value = { list: Array.from({ length: 3 }, () => "x".repeat(4_000_000)), end: true };
    await near.publish(message("large", 0));
    proxy.cutAfterBytes = 5_000_000;
    const cut = near.publish(message("large", bytes));
    await until(() => proxy.connections > 1, "a break in the middle");
    proxy.cutAfterBytes = Number.POSITIVE_INFINITY;
    await Promise.all([cut, near.publish(message("large", 1)), near.publish(message("large", value))]);
    await near.publish(message("large", 2));
    expect(seen.length).toBe(5);
    expect(Buffer.compare(seen[1] as Uint8Array, bytes)).toBe(0);
    expect([seen[0], seen[2], seen[3], seen[4]]).toEqual([0, 1, value, 2]);
  }, 60_000);

  test("come sealed and as answers too", async () => {
    await serve({ speech: await sealed(there, "xchacha20-poly1305"), limits: { messageBytes: 20_000 } });
    bus.respond("much", () => "y".repeat(100_000));
    const near = connect(await sealed(here, "xchacha20-poly1305"));
    for await (const { payload } of near.request(message("much", "z".repeat(50_000))))
      expect((payload as { result: string }).result.length).toBe(100_000);
  });

  test("are refused above what either end takes in parts, and nothing else is", async () => {
    await serve({ speech: { transferBytes: 100_000 }, limits: { messageBytes: 20_000 } });
    const near = connect();
    await near.publish(message("a", new Uint8Array(90_000)));
    const refusal = { code: "PROTOCOL_LIMIT_EXCEEDED" };
    await expect(near.publish(message("a", new Uint8Array(110_000)))).rejects.toMatchObject(refusal);
    await expect(connect({ transferBytes: 0 }).publish(message("a", new Uint8Array(30_000)))).rejects.toMatchObject(
      refusal,
    );
    await near.publish(message("a", 1));
  });

  test("a message whose parts did not come, or that is none, ends the connection by name", async () => {
    await serve();
    const frame = { op: "pub", n: 1, message: message("a", 1) } as const;
    const client = await RawClient.open(server.port);
    const envelope = packetEnvelope({ seq: 1, ack: 0, frame }, client.speech.stamps, false, " apart=msgpack");
    client.send(client.codec.encode(envelope) as Uint8Array);
    expect((await client.closed).reason).toMatch(/^PROTOCOL_TRANSFER_INVALID/);
  });
});
