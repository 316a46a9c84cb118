import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { Compressor } from "../../../npm/src/protocol/compression/compressor.ts";
import { loadProtocol, Payload, type Protocol } from "../../../npm/src/protocol/index.node.ts";
import { envelope, portable, refused } from "./lab.ts";

const page = portable();
await page.loadCompression();
const sides: readonly (readonly [string, Protocol])[] = [
  ["Node", await loadProtocol()],
  ["a page", page],
];
const COMPRESSIONS = ["lz4", "deflate"] as const;
const secret = Uint8Array.from({ length: 32 }, (_, n) => n);
const words = Array.from({ length: 900 }, (_, n) => `word${(n * n * 2_654_435_761) % 97}`);
const message = envelope({ kind: "data", payload: Payload.msgpack({ words }) });

/** The same packet with another number in its fixed bytes. */
function claiming(packet: Uint8Array, at: number, number: number): Uint8Array {
  const other = packet.slice();
  new DataView(other.buffer).setUint32(at, number, true);
  return other;
}

test.each(COMPRESSIONS)("what one side made smaller with %s the other makes as large as it was", (compression) => {
  for (const [, from] of sides) {
    for (const [, to] of sides) {
      for (const codec of ["json", "msgpack", "protobuf"] as const) {
        const packet = from.pack(message, { codec, compression });
        expect(packet.length).toBeLessThan(from.pack(message, { codec }).length / 2);
        expect(to.open(packet).payload?.value()).toEqual({ words });
      }
    }
  }
});

test.each(COMPRESSIONS)("with %s short, random and all too regular bytes stay as they are", (compression) => {
  const noise = new Uint8Array(createHash("shake256", { outputLength: 3_000 }).update("noise").digest());
  for (const [, side] of sides) {
    for (const bytes of [new Uint8Array(1_023), noise, new Uint8Array(1_000_000)]) {
      const plain = envelope({ kind: "data", payload: Payload.bytes(bytes) });
      expect(side.pack(plain, { compression })[7]).toBe(0);
    }
  }
});

test.each(COMPRESSIONS)("damaged, cut and lying packets of %s are refused by name", (compression) => {
  for (const [, side] of sides) {
    const packet = side.pack(message, { compression });
    const size = new DataView(packet.buffer, packet.byteOffset).getUint32(20, true);
    const small = new DataView(packet.buffer, packet.byteOffset).getUint32(16, true);
    for (const other of [0, size - 1, size + 1])
      expect(refused(() => side.open(claiming(packet, 20, other)))).toEqual([
        "PROTOCOL_COMPRESSION_INVALID",
        "payload",
      ]);
    for (const other of [small * 100 + 1, 0xffff_ffff])
      expect(refused(() => side.open(claiming(packet, 20, other)))).toEqual(["PROTOCOL_COMPRESSION_BOMB", "payload"]);
    const cut = claiming(packet, 16, small - 1).slice(0, -1);
    expect(refused(() => side.open(cut))).toEqual(["PROTOCOL_COMPRESSION_INVALID", "payload"]);
    const longer = new Uint8Array([...claiming(packet, 16, small + 1), 0]);
    expect(refused(() => side.open(longer))).toEqual(["PROTOCOL_COMPRESSION_INVALID", "payload"]);
  }
});

test("JSON loses the white space around it, and its rules are checked behind the compression", () => {
  const json = ` \n${JSON.stringify({ name: "reading", data: words })}\t `;
  const padded = envelope({ payload: Payload.encoded("json", Buffer.from(json)) });
  const broken = envelope({
    payload: Payload.encoded("json", Buffer.from(`{"name":"x","data":[${"1,".repeat(600)}]}`)),
  });
  for (const [, side] of sides) {
    for (const compression of COMPRESSIONS) {
      const packet = side.pack(padded, { compression });
      expect(packet[7]).not.toBe(0);
      expect(Buffer.from(side.open(packet).payload?.bytes ?? []).toString()).toBe(json.trim());
      expect(refused(() => side.pack(broken, { compression }))[0]).toBe("PROTOCOL_MALFORMED");
    }
  }
});

test("every seal covers what is compressed, and such a packet passes a guard once", async () => {
  for (const [, side] of sides) {
    for (const seal of ["hmac-sha256", "ed25519", "xchacha20-poly1305", "aes-256-gcm"] as const) {
      const ring = side.keyRing();
      await ring.rotate({ id: seal, seal, secret });
      const guard = side.replayGuard();
      guard.begin("sensor", seal, 7n);
      const packet = side.pack(message, { compression: "lz4", seal: { ring, epoch: 7n, counter: 1 } });
      const touched = packet.slice();
      touched[packet.length - 100] = (touched[packet.length - 100] as number) ^ 1;
      expect(refused(() => side.open(touched, { ring, guard }))[0]).toBe("PROTOCOL_SEAL_BROKEN");
      expect(side.open(packet, { ring, guard }).payload?.value()).toEqual({ words });
      expect(refused(() => side.open(packet, { ring, guard }))[0]).toBe("PROTOCOL_REPLAYED");
    }
  }
});

test("until it is loaded, a page refuses what is compressed and loses nothing", async () => {
  const side = portable();
  const ring = side.keyRing();
  await ring.rotate({ id: "k", seal: "hmac-sha256", secret });
  const guard = side.replayGuard();
  guard.begin("sensor", "k", 7n);
  const sender = page.keyRing();
  await sender.rotate({ id: "k", seal: "hmac-sha256", secret });
  const packet = page.pack(message, { compression: "lz4", seal: { ring: sender, epoch: 7n, counter: 1 } });
  const missing = ["PROTOCOL_COMPRESSION_UNAVAILABLE", "compression"];
  expect(refused(() => side.pack(message, { compression: "lz4" }))).toEqual(missing);
  expect(refused(() => side.open(packet, { ring, guard }))).toEqual(missing);
  expect(side.open(side.pack(envelope(), { compression: "lz4" })).source).toBe("sensor");
  await Promise.all([side.loadCompression(), side.loadCompression()]);
  expect(side.open(packet, { ring, guard }).payload?.value()).toEqual({ words });
  expect(refused(() => side.open(packet, { ring, guard }))[0]).toBe("PROTOCOL_REPLAYED");
});

test("a module that cannot be had fails those who wait for it; the next call tries again", async () => {
  let calls = 0;
  const identity = { compress: () => undefined, decompress: (_: number, bytes: Uint8Array) => bytes };
  const compressor = new Compressor({
    load: async () => {
      calls++;
      if (calls === 1) throw new Error("not served");
      return identity;
    },
  });
  const both = await Promise.allSettled([compressor.load(), compressor.load()]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  await compressor.load();
  await compressor.load();
  expect(calls).toBe(2);
  expect(compressor.require()).toBe(identity);
});
