import { expect, test } from "vitest";
import { CHUNK_SCHEMA, loadProtocol, Payload, type SealName } from "../../../npm/src/protocol/index.node.ts";
import { envelope, portable, refused, rows } from "./lab.ts";

const protocol = await loadProtocol();
const SEALS: readonly SealName[] = ["hmac-sha256", "ed25519", "xchacha20-poly1305", "aes-256-gcm"];
const secret = Uint8Array.from({ length: 32 }, (_, n) => n);

test.each(SEALS)("packets sealed with %s pass between the host's keys and those in WebAssembly", async (seal) => {
  const sides = [protocol, portable()].map((side) => ({ side, ring: side.keyRing() }));
  for (const { ring } of sides) await ring.rotate({ id: "k1", seal, secret });
  for (const bytes of [10, 5_000]) {
    const message = envelope({ kind: "data", payload: Payload.bytes(new Uint8Array(bytes).fill(3)) });
    for (const from of sides) {
      for (const to of sides) {
        const packet = from.side.pack(message, { seal: { ring: from.ring, epoch: 1n << 60n, counter: 9 } });
        expect(to.side.open(packet, { ring: to.ring, sealedOnly: true }).payload?.bytes).toEqual(
          message.payload?.bytes,
        );
        packet[packet.length - 1] = (packet[packet.length - 1] as number) ^ 1;
        expect(refused(() => to.side.open(packet, { ring: to.ring }))).toEqual(["PROTOCOL_SEAL_BROKEN", "seal"]);
      }
    }
  }
});

test.each(["hmac-sha256", "ed25519"] as const)("both sides make the same tag with %s", async (seal) => {
  const [one, other] = await Promise.all(
    [protocol, portable()].map(async (side) => {
      const ring = side.keyRing();
      await ring.rotate({ id: "k1", seal, secret });
      return [10, 9_000].map((bytes) => {
        const payload = Payload.bytes(new Uint8Array(bytes));
        return side.pack(envelope({ kind: "data", payload }), { seal: { ring, epoch: 5n, counter: 2 } });
      });
    }),
  );
  expect(one).toEqual(other);
});

test("keys of other sizes, weak public keys, taken ids and unknown keys are refused by name", async () => {
  for (const side of [protocol, portable()]) {
    const ring = side.keyRing();
    const code = { code: "PROTOCOL_SEAL_UNSUPPORTED" };
    for (const seal of SEALS) {
      await expect(ring.add({ id: "short", seal, secret: new Uint8Array(15) })).rejects.toMatchObject(code);
    }
    const weak = { id: "weak", seal: "ed25519", publicKey: new Uint8Array(32) } as const;
    await expect(ring.add(weak)).rejects.toMatchObject(code);
    await ring.rotate({ id: "k", seal: "aes-256-gcm", secret });
    const taken = ring.add({ id: "k", seal: "aes-256-gcm", secret });
    await expect(taken).rejects.toMatchObject({ code: "PROTOCOL_KEY_DUPLICATE" });
    expect(ring.ids).toEqual(["k"]);
    const packet = side.pack(envelope(), { seal: { ring, epoch: 1n, counter: 1 } });
    expect(refused(() => side.open(packet))[0]).toBe("PROTOCOL_KEY_UNKNOWN");
    expect(refused(() => side.open(side.pack(envelope()), { sealedOnly: true }))[0]).toBe("PROTOCOL_SEAL_MISSING");
    expect(ring.resume("k", 2 ** 32)).toBe(true);
    const worn = () => side.pack(envelope(), { seal: { ring, epoch: 1n, counter: 2 } });
    expect(refused(worn)[0]).toBe("PROTOCOL_KEY_EXHAUSTED");
    expect(side.open(packet, { ring }).source).toBe("sensor");
    expect(ring.retire("k")).toBe(true);
    expect(refused(() => side.open(packet, { ring }))[0]).toBe("PROTOCOL_KEY_UNKNOWN");
  }
});

test("a rotated key seals, the one before still opens, and a packet passes a guard once", async () => {
  const ring = protocol.keyRing();
  await ring.rotate({ id: "old", seal: "hmac-sha256", secret });
  const old = protocol.pack(envelope(), { seal: { ring, epoch: 3n, counter: 1 } });
  await ring.rotate({ id: "new", seal: "xchacha20-poly1305", secret });
  const fresh = protocol.pack(envelope(), { seal: { ring, epoch: 3n, counter: 1 } });
  const guard = protocol.replayGuard();
  guard.begin("sensor", "old", 3n);
  guard.begin("sensor", "new", 3n);
  for (const packet of [old, fresh]) {
    expect(protocol.open(packet, { ring, guard }).id).toBe(envelope().id);
    expect(refused(() => protocol.open(packet, { ring, guard }))).toEqual(["PROTOCOL_REPLAYED", "counter"]);
  }
  guard.begin("sensor", "old", 4n);
  expect(refused(() => protocol.open(old, { ring, guard }))[0]).toBe("PROTOCOL_REPLAYED");
});

test("two sides agree, and a choice that was made worse on its way is noticed", () => {
  const { negotiation } = protocol;
  const key = new Uint8Array(16).fill(1);
  const hello = negotiation.hello({ seals: ["hmac-sha256", "ed25519"], extensions: { audit: true } }, key);
  const { welcome, choice, epoch } = negotiation.answer(
    hello,
    { seals: ["ed25519"], extensions: { audit: false } },
    key,
  );
  expect(choice).toMatchObject({ version: "1.0.0", codec: "msgpack", seal: "ed25519", extensions: ["audit"] });
  expect(negotiation.accept(hello, welcome, key)).toEqual({ choice, epoch });
  const worse = Buffer.from(Buffer.from(welcome).toString().replace('"codec":"msgpack"', '"codec":"json"'));
  expect(refused(() => negotiation.accept(hello, worse, key))[0]).toBe("PROTOCOL_SEAL_BROKEN");
  expect(refused(() => negotiation.accept(hello, worse))[0]).toBe("PROTOCOL_DOWNGRADED");
  const nothing = () => negotiation.answer(negotiation.hello({ codecs: ["json"] }), { codecs: ["protobuf"] });
  expect(refused(nothing)[0]).toBe("PROTOCOL_NEGOTIATION_FAILED");
});

test("data above the limit travels in chunks, in any order", () => {
  const data = Uint8Array.from({ length: 2_500 }, (_, n) => n % 251);
  const sender = protocol.transfers();
  const chunks = sender.split(protocol.messageId(1), data, 1_000);
  const arrived = chunks.map((payload) => {
    const message = envelope({ kind: "data", schema: CHUNK_SCHEMA, payload });
    return protocol.decode(protocol.encode(message)).payload as Payload;
  });
  const receiver = protocol.transfers({ idleMs: 100 });
  const [first, second, third] = arrived as [Payload, Payload, Payload];
  expect(receiver.take("a", third, 0)).toBeUndefined();
  expect(receiver.take("a", first, 0)).toBeUndefined();
  expect(receiver.count).toBe(1);
  expect(receiver.take("a", second, 0)).toEqual(data);
  expect(receiver.count).toBe(0);
  receiver.take("b", first, 0);
  expect(receiver.expire(100)).toBe(1);
  expect(refused(() => receiver.take("a", Payload.json({}), 0))[0]).toBe("PROTOCOL_MALFORMED");
});

test("filters look at headers, and at the payload only when they are asked to", () => {
  const bytes = protocol.encode(envelope({ headers: { region: "eu-1" }, priority: "high" }), "json");
  const takes = (definition: unknown) => protocol.takes(protocol.filter(definition), bytes, "json");
  expect(takes({ kinds: ["event"], priority: "high", headers: { region: { prefix: "eu-" } } })).toBe(true);
  expect(takes({ kinds: ["command"] })).toBe(false);
  expect(takes({ content: { "/data/1": { min: 2 } } })).toBe(true);
  expect(takes({ content: { "/data/1": { min: 3 } } })).toBe(false);
  expect(protocol.filter({ kinds: ["event"] }).needsNoPayload).toBe(true);
  expect(refused(() => protocol.filter({ colour: 1 }))[0]).toBe("PROTOCOL_FILTER_INVALID");
});

test.each(["task_assignment", "progress_update", "task_completion", "failure_notification"])(
  "the task message %s keeps its bytes",
  (name) => {
    const document = Buffer.from(JSON.stringify(rows<unknown>(`tasks/${name}.json`)));
    const id = protocol.messageId(1_752_141_600_000);
    const message = protocol.taskEnvelope(document, id, { agent: "orchestrator" });
    expect(message.schema).toBe(`polyphon.${name}/1`);
    const read = protocol.decode(protocol.encode(message, "protobuf"), "protobuf");
    expect(Buffer.from(read.payload?.bytes ?? []).toString()).toBe(document.toString());
  },
);

test.each([
  ["source", { source: undefined as never }, "PROTOCOL_FIELD_MISSING"],
  ["source", { source: 7 as never }, "PROTOCOL_FIELD_INVALID"],
  ["id", { id: "1" }, "PROTOCOL_FIELD_INVALID"],
  ["kind", { kind: "order" as never }, "PROTOCOL_FIELD_INVALID"],
  ["target", { target: {} as never }, "PROTOCOL_FIELD_INVALID"],
  ["target.topic", { target: { topic: "a.*" } }, "PROTOCOL_SUBJECT_INVALID"],
  ["timestamp", { timestampMs: -1 }, "PROTOCOL_FIELD_INVALID"],
  ["ttl", { ttlMs: 0 }, "PROTOCOL_FIELD_INVALID"],
  ["message", { source: "a\ud800" }, "PROTOCOL_FIELD_INVALID"],
  ["message", { source: "a\ud800", target: { agent: "\udc00b" } }, "PROTOCOL_FIELD_INVALID"],
  ["payload.name", { payload: Payload.json({ data: 1 }) }, "PROTOCOL_FIELD_MISSING"],
  ["payload", { payload: Payload.json(undefined) }, "PROTOCOL_FIELD_INVALID"],
  ["payload", { payload: Payload.encoded("json", Buffer.from('{"name":"a",}')) }, "PROTOCOL_MALFORMED"],
  ["payload", { payload: Payload.encoded("json", Buffer.from('"\\ud800"')) }, "PROTOCOL_MALFORMED"],
  [
    "payload",
    {
      payload: Payload.json(
        "["
          .repeat(65)
          .split("")
          .reduce<unknown>((inner) => [inner], 1),
      ),
    },
    "PROTOCOL_LIMIT_EXCEEDED",
  ],
  ["schema", { schema: "polyphon.other/1" }, "PROTOCOL_SCHEMA_UNKNOWN"],
])("a message with another %s is refused", (field, parts, code) => {
  expect(refused(() => protocol.encode(envelope(parts)))).toEqual([code, field]);
});

test("a message that is too large is refused, and the next one is not", () => {
  const large = envelope({ kind: "data", payload: Payload.bytes(new Uint8Array(11 * 1024 * 1024)) });
  expect(refused(() => protocol.encode(large))[0]).toBe("PROTOCOL_LIMIT_EXCEEDED");
  expect(protocol.decode(protocol.encode(envelope())).source).toBe("sensor");
});

test("a name like __proto__ is a name like any other", () => {
  const headers = JSON.parse('{"__proto__":"x","constructor":"y"}') as Record<string, string>;
  const read = protocol.decode(protocol.encode(envelope({ headers })));
  expect(Object.entries(read.headers ?? {})).toEqual(Object.entries(headers));
});

test("numbers with a point keep every digit on their way through WebAssembly, in texts that stay such numbers", () => {
  const numbers = [
    "0.1",
    "-2.5",
    "1.0",
    "-0.0",
    "1e16",
    "123456789012345.6",
    "0.0001",
    "9.9e-5",
    "1.7976931348623157e308",
    "5e-324",
  ];
  const text = Buffer.from(protocol.encode(envelope(), "json")).toString();
  const said = text.replace(/}$/, `,"measured":[${numbers.join(",")}]}`);
  const message = protocol.decode(Buffer.from(said), "json");
  const again = protocol.decode(protocol.encode(message, "msgpack"), "msgpack");
  expect(Buffer.from(protocol.encode(again, "json")).toString()).toContain(`"measured":[${numbers.join(",")}]`);
  const takes = (value: string, test: unknown) =>
    protocol.takes(protocol.filter({ headers: { n: test } }), protocol.encode(envelope({ headers: { n: value } })));
  for (const value of ["12.50", "+12.5", "1.25e1", ".125e2"]) {
    expect(takes(value, { min: 12.5 })).toBe(true);
    expect(takes(value, { max: 12.4 })).toBe(false);
  }
  for (const value of ["12.5x", "0x20", "1e999", " 12.5", "NaN"]) expect(takes(value, { min: -1e300 })).toBe(false);
});
