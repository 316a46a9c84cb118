import { createHmac } from "node:crypto";
import { decode, encode } from "@msgpack/msgpack";
import fc from "fast-check";
import { expect, test } from "vitest";
import { DirectPackets } from "../../../npm/src/protocol/direct/packets.ts";
import {
  type Envelope,
  type KeyRing,
  loadProtocol,
  Payload,
  type Protocol,
} from "../../../npm/src/protocol/index.node.ts";
import { envelope, portable, refused } from "./lab.ts";

// The way past the module is judged by the module: what it writes is the same, what it lets through is let through.
const here = await loadProtocol();
const module = portable();
const secret = Uint8Array.from({ length: 32 }, (_, n) => n);
const rings = { here: await ring(here), module: await ring(module) };

async function ring(protocol: Protocol): Promise<KeyRing> {
  const made = protocol.keyRing();
  await made.rotate({ id: "k1", seal: "hmac-sha256", secret });
  return made;
}

const text = fc.string({ unit: "grapheme", maxLength: 60 }).filter((each) => each.isWellFormed());
const name = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 40 });
const subject = fc.array(fc.stringMatching(/^[!-)+-\-/-=?-~]{1,8}$/), { minLength: 1, maxLength: 16 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const hex = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length });
const id = fc
  .tuple(hex(8), hex(4), hex(3), fc.constantFrom(..."89ab"), hex(3), hex(12))
  .map(([a, b, c, v, d, e]) => `${a}-${b}-7${c}-${v}${d}-${e}`);
const value = fc.anything({
  key: fc.oneof(text, fc.constantFrom("name", "sequence", "__proto__", "result", "done")),
  values: [
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    fc.uint8Array({ maxLength: 300 }),
    text,
  ],
  maxDepth: 4,
  withNullPrototype: false,
});
const body = fc.oneof(
  value.map((data) => ({ kind: "event", payload: Payload.msgpack({ name: "n", data }) })),
  value.map((result) => ({ kind: "response", correlationId: "c", payload: Payload.msgpack({ result, done: true }) })),
  fc.nat(500).map((size) => ({ kind: "data", payload: Payload.bytes(new Uint8Array(size).fill(size)) })),
  value.map((data) => ({ kind: "command", schema: "app/1", payload: Payload.msgpack(data) })),
  value.map((data) => ({ kind: "event", schema: "polyphon.value/1", payload: Payload.msgpack(data) })),
  fc.constantFrom("polyphon.value/1", "app/1").map((schema) => ({ kind: "notification", schema })),
  fc.double({ min: 0, max: 1, noNaN: true }).map((load) => ({
    kind: "heartbeat",
    payload: Payload.msgpack({ status: "healthy", sequence: 3, load }),
  })),
);
const messages: fc.Arbitrary<Envelope> = fc
  .record({
    id,
    source: name,
    target: fc.oneof(
      fc.record({ agent: name }),
      subject.map((tokens) => ({ topic: tokens.join(".").slice(0, 256).replace(/\.$/, "") })),
    ),
    timestampMs: fc.maxSafeNat(),
    priority: maybe(fc.constantFrom("low", "medium", "high", "critical")),
    correlationId: maybe(name),
    causationId: maybe(id),
    replyTo: maybe(fc.constant("inbox.7")),
    ttlMs: maybe(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
    trace: maybe(fc.record({ traceparent: fc.tuple(hex(31), hex(15)).map(([a, b]) => `00-${a}1-${b}1-01`) })),
    headers: maybe(fc.dictionary(name, text, { maxKeys: 16, noNullPrototype: true })),
    extensions: maybe(
      fc.dictionary(name, fc.record({ critical: fc.boolean(), value: name }), { maxKeys: 4, noNullPrototype: true }),
    ),
  })
  .chain((header) => body.map((rest) => ({ ...header, ...rest }) as Envelope));

function facts({ payload, ...header }: Envelope): unknown {
  const bytes = Buffer.from(payload?.bytes ?? []).toString("hex");
  return { ...header, encoding: payload?.encoding, bytes, value: payload?.value() };
}

test("packets are the same byte for byte, and say the same to both", () => {
  const seal = { epoch: 2n ** 60n + 1n, counter: 2 ** 40 + 3 };
  fc.assert(
    fc.property(messages, (message) => {
      const one = here.pack(message, { seal: { ...seal, ring: rings.here } });
      const other = module.pack(message, { seal: { ...seal, ring: rings.module } });
      expect(Buffer.compare(one, other)).toBe(0);
      const read = here.open(one, { ring: rings.here, sealedOnly: true });
      expect(facts(read)).toEqual(facts(module.open(one, { ring: rings.module })));
    }),
    { numRuns: 300 },
  );
});

test("bytes that were changed are let through only where the module lets them through, and say the same", () => {
  const direct = new DirectPackets();
  let taken = 0;
  const changes = fc.array(fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(0x80, 0xa0, 0xc0, 0xcb, 0xd0))), {
    maxLength: 3,
  });
  fc.assert(
    fc.property(messages, changes, (message, all) => {
      const packet = here.pack(message).slice();
      for (const [at, byte] of all) packet[24 + (at % (packet.length - 24))] = byte;
      const read = direct.open(packet, {});
      if (read === undefined) return;
      taken++;
      expect(facts(read)).toEqual(facts(module.open(sealed(packet), { ring: rings.module })));
    }),
    { numRuns: 1_000 },
  );
  expect(taken).toBeGreaterThan(50);
});

/** The same packet with a seal, which the other side has its module open. */
function sealed(packet: Uint8Array): Uint8Array {
  const head = Buffer.from(packet.subarray(0, 24));
  head[8] = 1;
  head[9] = 2;
  const covered = Buffer.concat([head, Buffer.alloc(16, 1), Buffer.from("k1"), packet.subarray(24)]);
  return new Uint8Array(Buffer.concat([covered, createHmac("sha256", secret).update(covered).digest()]));
}

test("large packets are sealed and checked where they stand", () => {
  for (const size of [16_000, 20_000, 300_000]) {
    const payload = Payload.bytes(Uint8Array.from({ length: size }, (_, n) => n));
    const message = envelope({ kind: "data", payload });
    const packets = [
      here.pack(message, { seal: { ring: rings.here, epoch: 1n, counter: 1 } }),
      module.pack(message, { seal: { ring: rings.module, epoch: 1n, counter: 1 } }),
    ] as const;
    expect(Buffer.compare(...packets)).toBe(0);
    expect(here.open(packets[0], { ring: rings.here }).payload?.bytes.length).toBe(size);
    const list = Array.from({ length: size / 10 }, (_, n) => ({ n, text: `${n}` }));
    const lists = here.pack(envelope({ kind: "data", payload: Payload.msgpack(list) }));
    expect(here.open(lists).payload?.value()).toEqual(list);
  }
});

test("common messages take the way past the module, others do not", () => {
  const direct = new DirectPackets();
  const event = envelope({ payload: Payload.msgpack({ name: "n", data: [{ a: 1 }] }), headers: { a: "1", b: "2" } });
  const packet = direct.pack(event, {});
  expect(packet).toBeDefined();
  expect(direct.open(packet as Uint8Array, {})?.payload?.value()).toEqual({ name: "n", data: [{ a: 1 }] });
  const others: Partial<Envelope>[] = [
    { payload: Payload.json({ name: "n" }) },
    { source: "é" },
    { version: "1.1.0" },
    { extensions: { é: { critical: false, value: "1" } } },
    { extensions: { hint: { critical: false, value: "é" } } },
    { unknown: {} },
    { schema: "polyphon.task-progress/1" },
    { trace: { traceparent: `00-${"1".repeat(32)}-${"1".repeat(16)}-01`, baggage: "a=b" } },
    { payload: Payload.msgpack({ data: 1 }) },
  ];
  for (const parts of others) expect(direct.pack({ ...event, ...parts }, {})).toBeUndefined();
  expect(direct.pack(event, { codec: "json" })).toBeUndefined();
  const long = Payload.msgpack({ name: "n", data: "x".repeat(1_024) });
  expect(direct.pack({ ...event, payload: long }, {})).toBeDefined();
  expect(direct.pack({ ...event, payload: long }, { compression: "lz4" })).toBeUndefined();
  expect(direct.pack(event, { compression: "lz4" })).toEqual(packet);
});

test("a packet passes a guard once, a retired or replaced key seals no more, and a broken tag is refused", async () => {
  const keys = await ring(here);
  const guard = here.replayGuard();
  guard.begin("sensor", "k1", 3n);
  const event = envelope({ payload: Payload.msgpack({ name: "n" }) });
  const packet = here.pack(event, { seal: { ring: keys, epoch: 3n, counter: 1 } });
  expect(here.open(packet, { ring: keys, guard }).id).toBe(event.id);
  expect(refused(() => here.open(packet, { ring: keys, guard }))).toEqual(["PROTOCOL_REPLAYED", "counter"]);
  for (let at = packet.length - 32; at < packet.length; at++) {
    const broken = packet.slice();
    broken[at] = (broken[at] as number) ^ 0x10;
    expect(refused(() => here.open(broken, { ring: keys }))[0]).toBe("PROTOCOL_SEAL_BROKEN");
  }
  await keys.rotate({ id: "k2", seal: "aes-256-gcm", secret });
  expect(here.pack(event, { seal: { ring: keys, epoch: 3n, counter: 2 } })[8]).toBe(4);
  expect(here.open(packet, { ring: keys }).id).toBe(event.id);
  keys.retire("k1");
  expect(refused(() => here.open(packet, { ring: keys }))[0]).toBe("PROTOCOL_KEY_UNKNOWN");
  await keys.rotate({ id: "k3", seal: "hmac-sha256", secret });
  keys.retire("k3");
  const none = () => here.pack(event, { seal: { ring: keys, epoch: 3n, counter: 3 } });
  expect(refused(none)[0]).toBe("PROTOCOL_KEY_UNKNOWN");
});

test("a payload that writes a message while it is written, or throws, harms no other", () => {
  const inner = envelope({ payload: Payload.msgpack({ name: "inner" }) });
  const packets: Uint8Array[] = [];
  const outer = {
    name: "outer",
    get data(): number {
      packets.push(here.pack(inner));
      return packets.length;
    },
  };
  packets.push(here.pack(envelope({ payload: Payload.msgpack(outer) })));
  const throwing = {
    name: "n",
    get data(): never {
      throw new RangeError("no value");
    },
  };
  expect(() => here.pack(envelope({ payload: Payload.msgpack(throwing) }))).toThrow("no value");
  packets.push(here.pack(inner));
  const names = packets.map((packet) => here.open(packet).payload?.value<{ readonly name: string }>().name);
  expect([...new Set(names)].sort()).toEqual(["inner", "outer"]);
  expect([names.at(0), names.at(-1)]).toEqual(["inner", "inner"]);
});

test("no packet shares memory with a key", async () => {
  const packet = here.pack(envelope({ payload: Payload.msgpack({ name: "n" }) }), {
    seal: { ring: rings.here, epoch: 1n, counter: 1 },
  });
  const inner = Buffer.from(secret.map((byte) => byte ^ 0x36));
  expect(Buffer.from(packet.buffer).indexOf(inner)).toBe(-1);
});

test("values are those of other libraries, and what MessagePack cannot say is refused", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (any) => {
      const json = JSON.stringify(any);
      fc.pre(!json.includes("__proto__") && !/\\ud[89a-f]/.test(json));
      // JSON has no zero below zero, and neither has that library.
      const data: unknown = JSON.parse(json);
      const { bytes } = Payload.msgpack(data);
      expect(decode(bytes)).toEqual(data);
      expect(Payload.encoded("msgpack", encode(data)).value()).toEqual(data);
    }),
    { numRuns: 300 },
  );
  let deep: unknown = 1;
  for (let level = 0; level < 65; level++) deep = [deep];
  for (const wrong of [() => 1, Symbol("s"), new Date(0), new Map(), "\ud800", deep, 2n ** 64n]) {
    const code = wrong === deep ? "PROTOCOL_LIMIT_EXCEEDED" : "PROTOCOL_FIELD_INVALID";
    expect(refused(() => Payload.msgpack({ wrong }).bytes)).toEqual([code, "payload"]);
    const send = () => here.pack(envelope({ payload: Payload.msgpack({ name: "n", data: wrong }) }));
    expect(refused(send)).toEqual([code, "payload"]);
  }
  for (const wrong of [[], [0xc1], [0xa2, 0x61], [1, 2], [0xd4, 0, 0], [0xa1, 0xff], [0x91]]) {
    const read = () => Payload.encoded("msgpack", Uint8Array.from(wrong)).value();
    expect(refused(read)).toEqual(["PROTOCOL_MALFORMED", "payload"]);
  }
});
