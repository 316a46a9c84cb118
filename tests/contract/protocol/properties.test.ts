import fc from "fast-check";
import { expect, test } from "vitest";
import { PolyphonError } from "../../../npm/src/errors/error.ts";
import { type CodecName, type Envelope, loadProtocol, Payload } from "../../../npm/src/protocol/index.node.ts";
import { envelope } from "./lab.ts";

const protocol = await loadProtocol();
const CODECS: readonly CodecName[] = ["json", "msgpack", "protobuf"];

const name = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
  .filter((text) => text.isWellFormed() && !/\p{Cc}/u.test(text) && Buffer.byteLength(text) <= 256);
const token = fc.stringMatching(/^[a-zA-Z0-9_-]{1,8}$/);
const subject = fc.array(token, { minLength: 1, maxLength: 5 }).map((tokens) => tokens.join("."));
const text = fc.string({ unit: "grapheme", maxLength: 40 }).filter((each) => each.isWellFormed());
const json = fc.jsonValue({ maxDepth: 4 }).filter((value) => JSON.stringify(value).isWellFormed());
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const messages: fc.Arbitrary<Envelope> = fc
  .record({
    source: name,
    target: fc.oneof(
      fc.record({ agent: name }),
      fc.record({ topic: subject }),
      fc.constant({ broadcast: true as const }),
    ),
    timestampMs: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    priority: fc.constantFrom("low", "medium", "high", "critical"),
    correlationId: maybe(name),
    replyTo: maybe(subject),
    ttlMs: maybe(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
    headers: fc.dictionary(name, text, { maxKeys: 4 }),
    extensions: fc.dictionary(name, fc.record({ critical: fc.boolean(), value: text }), { maxKeys: 3 }),
    payload: fc.oneof(
      json.map((value) => Payload.json({ name: "n", data: value })),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Payload.bytes(bytes)),
    ),
  })
  .map((parts) => envelope({ ...parts, kind: parts.payload.encoding === "json" ? "event" : "data" }) as Envelope);

test("a message is the same after any two codecs, and its header needs no payload", () => {
  fc.assert(
    fc.property(messages, fc.constantFrom(...CODECS), fc.constantFrom(...CODECS), (message, one, other) => {
      const first = protocol.decode(protocol.encode(message, one), one);
      const bytes = protocol.encode(first, other);
      const second = protocol.decode(bytes, other);
      expect(plain(second)).toEqual(plain(message));
      expect(protocol.header(bytes, other)).toEqual({ ...second, payload: undefined });
      expect(protocol.encode(second, one)).toEqual(protocol.encode(message, one));
    }),
    { numRuns: 300 },
  );
});

test("a packet is the same when it is opened, with any seal and compression", async () => {
  const secret = new Uint8Array(32).fill(9);
  const seals = ["hmac-sha256", "ed25519", "xchacha20-poly1305", "aes-256-gcm"] as const;
  const rings = new Map<string, ReturnType<typeof protocol.keyRing>>();
  for (const seal of seals) {
    const ring = protocol.keyRing();
    await ring.rotate({ id: "k", seal, secret });
    rings.set(seal, ring);
  }
  const compression = fc.constantFrom(undefined, "lz4" as const, "deflate" as const);
  fc.assert(
    fc.property(messages, fc.constantFrom(...seals), compression, fc.nat(4_000), (message, seal, how, more) => {
      const ring = rings.get(seal);
      if (ring === undefined) throw new Error("no ring");
      const headers = { ...message.headers, filler: "x".repeat(more) };
      const packet = protocol.pack(
        { ...message, headers },
        { compression: how, seal: { ring, epoch: 7n, counter: 1 } },
      );
      const before = packet.slice();
      expect(plain(protocol.open(packet, { ring, sealedOnly: true }))).toEqual(plain({ ...message, headers }));
      expect(packet).toEqual(before);
      expect(protocol.peek(packet).source).toBe(message.source);
    }),
    { numRuns: 100 },
  );
});

test("no bytes do more than be refused", () => {
  const valid = CODECS.map((codec) => protocol.encode(envelope(), codec));
  const broken = fc
    .tuple(fc.constantFrom(...valid), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }), fc.nat())
    .map(([bytes, changes, cut]) => {
      const copy = bytes.slice(0, bytes.length - (cut % 8));
      for (const [at, value] of changes) copy[at % copy.length] = value;
      return copy;
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), broken), (bytes) => {
      for (const codec of CODECS) {
        attempt(() => {
          const message = protocol.decode(bytes, codec);
          expect(plain(protocol.decode(protocol.encode(message, codec), codec))).toEqual(plain(message));
        });
      }
      attempt(() => protocol.open(bytes));
      attempt(() => protocol.peek(bytes));
      attempt(() => protocol.negotiation.answer(bytes));
      attempt(() => protocol.subjects.check(Buffer.from(bytes).toString("latin1")));
    }),
    { numRuns: 2_000 },
  );
});

/** Runs a call that may be refused, and nothing else. */
function attempt(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof PolyphonError) || !error.code.startsWith("PROTOCOL_")) throw error;
  }
}

/** What a message says, without what stands for nothing. */
function plain(message: Envelope): unknown {
  const { payload, headers = {}, extensions = {}, unknown = {}, ...rest } = message;
  const carried = payload && [payload.encoding, Buffer.from(payload.bytes).toString("hex")];
  const maps = [headers, extensions, unknown].map((map) => Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.parse(JSON.stringify({ version: "1.0.0", priority: "medium", ...rest, maps, carried }));
}
