import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { loadProtocol, Payload, type SealName } from "../../../npm/src/protocol/index.node.ts";
import type { Engine, EngineKey } from "../../../npm/src/protocol/sealing/engine.ts";
import { NodeEngine } from "../../../npm/src/protocol/sealing/node-engine.ts";
import { WasmEngine } from "../../../npm/src/protocol/sealing/wasm-engine.ts";
import { instantiateSealing } from "../../../npm/src/wasm/sealing.ts";
import { envelope, fromHex, refused } from "./lab.ts";

// Public suites that lie beside the repository, judged through the package. The Rust tests judge them natively.
const data = new URL("../../../../shared/data/", import.meta.url);
const wycheproof = new URL("wycheproof/", data);
const archive = new URL("json/JSONTestSuite-test_parsing.tar.gz", data);
const wasm = new WasmEngine(async () =>
  instantiateSealing(
    new WebAssembly.Module(readFileSync(new URL("../../../npm/src/wasm/generated/sealing.wasm", import.meta.url))),
  ),
);
const engines: readonly (readonly [string, Engine])[] = [
  ["the host's keys", new NodeEngine(wasm)],
  ["keys in WebAssembly", wasm],
];

interface Vector {
  readonly key?: string;
  readonly iv?: string;
  readonly aad?: string;
  readonly msg: string;
  readonly ct?: string;
  readonly tag?: string;
  readonly sig?: string;
  readonly result: "valid" | "invalid" | "acceptable";
}

interface Group {
  readonly keySize?: number;
  readonly ivSize?: number;
  readonly tagSize?: number;
  readonly publicKey?: { readonly pk: string };
  readonly tests: readonly Vector[];
}

const groups = (file: string): readonly Group[] =>
  (JSON.parse(readFileSync(new URL(file, wycheproof), "utf8")) as { readonly testGroups: readonly Group[] }).testGroups;

/** Whether a call is let through; what it is refused with is a broken seal. */
function isOpened(call: () => unknown): boolean {
  try {
    call();
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: "PROTOCOL_SEAL_BROKEN" });
    return false;
  }
}

describe.skipIf(!existsSync(wycheproof)).each(engines)("Wycheproof with %s", (_, engine) => {
  test.each([
    ["aes-256-gcm", "aes_gcm_test.json", 96, 66],
    ["xchacha20-poly1305", "xchacha20_poly1305_test.json", 192, 306],
  ] as const)("%s", async (seal, file, nonceBits, expected) => {
    let judged = 0;
    for (const { keySize, ivSize, tagSize, tests } of groups(file)) {
      if (keySize !== 256) {
        const other = engine.key("k", seal, new Uint8Array((keySize ?? 0) / 8));
        await expect(other).rejects.toMatchObject({ code: "PROTOCOL_SEAL_UNSUPPORTED" });
      }
      // Packets have no room for other nonces and tags.
      if (keySize !== 256 || ivSize !== nonceBits || tagSize !== 128) continue;
      for (const vector of tests) {
        const key = await engine.key("k", seal, fromHex(vector.key ?? ""));
        cipher(key, vector);
        judged++;
      }
    }
    expect(judged).toBe(expected);
  });

  test("hmac-sha256", async () => {
    let judged = 0;
    for (const { tagSize, tests } of groups("hmac_sha256_test.json")) {
      if (tagSize !== 256) continue;
      for (const { key: secret = "", msg, tag = "", result } of tests) {
        const key = await engine.key("k", "hmac-sha256" satisfies SealName, fromHex(secret));
        const message = fromHex(msg);
        const opened = isOpened(() => key.open(message, message.length, new Uint8Array(0), fromHex(tag)));
        expect(opened).toBe(result === "valid");
        const direct = key.direct?.(new Uint8Array(1));
        const framed = Buffer.concat([Buffer.alloc(64), message]);
        for (const made of [direct?.tag(framed, 64, framed.length), direct?.longTag(message)]) {
          if (made !== undefined) expect(Buffer.from(made, "latin1").equals(fromHex(tag))).toBe(opened);
        }
        judged++;
      }
    }
    expect(judged).toBe(87);
  });

  test("ed25519", async () => {
    let judged = 0;
    for (const { publicKey, tests } of groups("ed25519_test.json")) {
      const key = await engine.publicKey("k", fromHex(publicKey?.pk ?? ""));
      for (const { msg, sig = "", result } of tests) {
        const message = fromHex(msg);
        const opened = isOpened(() => key.open(message, message.length, new Uint8Array(0), fromHex(sig)));
        expect(opened).toBe(result === "valid");
        judged++;
      }
    }
    expect(judged).toBe(151);
  });
});

function cipher(key: EngineKey, { iv = "", aad = "", msg, ct = "", tag = "", result }: Vector): void {
  const covered = fromHex(aad);
  const packet = Buffer.concat([covered, fromHex(ct)]);
  let plain: Uint8Array | undefined;
  const opened = isOpened(() => {
    plain = key.open(packet, covered.length, fromHex(iv), fromHex(tag));
  });
  expect(opened).toBe(result === "valid");
  if (!opened) return;
  expect(Buffer.from(plain ?? []).toString("hex")).toBe(msg);
  const sealed = key.seal(Buffer.concat([covered, fromHex(msg)]), covered.length, fromHex(iv));
  expect(Buffer.from(sealed.payload ?? []).toString("hex")).toBe(ct);
  expect(Buffer.from(sealed.tag).toString("hex")).toBe(tag);
}

describe.skipIf(!existsSync(archive))("JSONTestSuite", () => {
  test("payloads are judged as the suite demands", async () => {
    const protocol = await loadProtocol();
    const counts = { y: 0, n: 0, i: 0 };
    for (const [name, document] of files(gunzipSync(readFileSync(archive)))) {
      const message = envelope({ kind: "data", payload: Payload.encoded("json", document) });
      const written = () => protocol.encode(message, "json");
      const around = () => protocol.decode(Buffer.concat([HEAD, document, Buffer.from("}")]), "json");
      const verdict = name.charAt(0) as keyof typeof counts;
      counts[verdict]++;
      if (verdict === "y") {
        const value: unknown = JSON.parse(document.toString());
        expect(around().payload?.value(), name).toEqual(value);
        for (const codec of ["json", "msgpack", "protobuf"] as const) {
          const back = protocol.decode(protocol.encode(message, codec), codec);
          expect(back.payload?.value(), `${name} in ${codec}`).toEqual(value);
        }
      } else if (verdict === "n") {
        expect(["PROTOCOL_MALFORMED", "PROTOCOL_LIMIT_EXCEEDED"], name).toContain(refused(written)[0]);
        expect(refused(around)[0], name).toMatch(/^PROTOCOL_/);
      } else {
        for (const call of [written, around]) isJudged(call);
      }
    }
    expect(counts).toEqual({ y: 95, n: 188, i: 35 });
  });
});

const HEAD = Buffer.from(
  `{"id":"0197f3c7-1500-7001-8203-040506070800","version":"1.0.0","kind":"data","source":"s","target":{"topic":"t"},` +
    `"timestamp":1752141600000,"payload":`,
);

/** A parser may decide: it says yes, or refuses with a code. */
function isJudged(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    expect(error).toMatchObject({ code: expect.stringMatching(/^PROTOCOL_/) });
  }
}

/** Names and contents of the files of a tar archive. */
function* files(tar: Buffer): Iterable<readonly [string, Buffer]> {
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const name = tar.toString("utf8", at, tar.indexOf(0, at));
    const size = Number.parseInt(tar.toString("latin1", at + 124, at + 135), 8);
    const isFile = tar[at + 156] === 0x30 || tar[at + 156] === 0;
    const content = tar.subarray(at + 512, at + 512 + size);
    if (isFile && name.endsWith(".json")) yield [name.slice(name.lastIndexOf("/") + 1), content];
    at += 512 + Math.ceil(size / 512) * 512;
  }
}
