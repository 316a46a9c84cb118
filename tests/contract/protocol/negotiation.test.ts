import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { acceptWelcome, answerHello, writeHello } from "../../../npm/src/protocol/direct/negotiation.ts";
import { sha256 } from "../../../npm/src/protocol/direct/sha256.ts";
import type { Offer } from "../../../npm/src/protocol/index.node.ts";
import { portable, refused } from "./lab.ts";

// The negotiation without the module says, chooses and refuses what the module does.
const { negotiation } = portable();

const some = <T>(...names: T[]): fc.Arbitrary<T[]> => fc.shuffledSubarray(names);
const offers: fc.Arbitrary<Offer> = fc.record({
  versions: some("1.0.0", "1.2.0", "1.10.0", "1.2.11"),
  codecs: some("msgpack", "json", "protobuf"),
  compressions: some("lz4", "deflate"),
  seals: fc.oneof(fc.constant([]), some("hmac-sha256", "ed25519", "xchacha20-poly1305", "aes-256-gcm")) as fc.Arbitrary<
    NonNullable<Offer["seals"]>
  >,
  extensions: fc.dictionary(fc.constantFrom("audit", "hint", "polyphon.link", "ä"), fc.boolean(), {
    noNullPrototype: true,
  }),
});

test("both write the same documents, choose the same and have the same epoch", () => {
  let agreed = 0;
  fc.assert(
    fc.property(offers, offers, (first, second) => {
      const hello = negotiation.hello(first);
      expect(text(writeHello(first, nonceOf(hello)))).toBe(text(hello));
      const verdict = outcome(() => negotiation.answer(hello, second));
      expect(outcome(() => answerHello(hello, second, NONCE))).toEqual(verdict);
      if ("code" in verdict) return;
      agreed++;
      const { welcome, choice, epoch } = negotiation.answer(hello, second);
      expect(text(answerHello(hello, second, nonceOf(welcome)).welcome)).toBe(text(welcome));
      expect(acceptWelcome(hello, welcome)).toEqual({ choice, epoch });
      expect(negotiation.accept(hello, answerHello(hello, second, NONCE).welcome).choice).toEqual(choice);
    }),
    { numRuns: 400 },
  );
  expect(agreed).toBeGreaterThan(5);
});

test("a choice that is not the best both can do, and a hello that arrived changed, are refused by both", () => {
  const offer: Offer = { versions: ["1.0.0", "1.1.0"], seals: ["hmac-sha256", "ed25519"], extensions: { hint: false } };
  const hello = negotiation.hello(offer);
  const { welcome } = negotiation.answer(hello, offer);
  const changes: readonly (readonly [string, string, string])[] = [
    ['"version":"1.1.0"', '"version":"1.0.0"', "choice.version"],
    ['"codec":"msgpack"', '"codec":"json"', "choice.codec"],
    [',"compression":"lz4"', "", "choice.compression"],
    ['"compression":"lz4"', '"compression":"deflate"', "choice.compression"],
    ['"seal":"hmac-sha256"', '"seal":"ed25519"', "choice.seal"],
    ['"extensions":["hint"]', '"extensions":[]', "choice.extensions"],
  ];
  for (const [from, to, field] of changes) {
    const worse = bytes(text(welcome).replace(from, to));
    expect(text(worse)).not.toBe(text(welcome));
    for (const accept of [acceptWelcome, negotiation.accept.bind(negotiation)])
      expect(refused(() => accept(hello, worse))).toEqual(["PROTOCOL_DOWNGRADED", field]);
  }
  const less = bytes(text(hello).replace('"msgpack",', ""));
  for (const accept of [acceptWelcome, negotiation.accept.bind(negotiation)])
    expect(refused(() => accept(hello, negotiation.answer(less, offer).welcome))[0]).toBe("PROTOCOL_DOWNGRADED");
});

test("documents that are none are refused by both with the same code", () => {
  const hello = text(negotiation.hello({}));
  const others = [
    "",
    "[]",
    "{}",
    hello.slice(1),
    hello.replace('"versions":["1.0.0"]', '"versions":"1.0.0"'),
    hello.replace('"seals":[]', '"seals":[7]'),
    hello.replace('"extensions":{}', '"extensions":{"a":1}'),
    hello.replace(/"nonce":"[^"]*"/, '"nonce":"AAAA"'),
    hello.replace(/,"nonce":"[^"]*"/, ""),
    `${hello.slice(0, -1)}${" ".repeat(65_536)}}`,
  ];
  for (const other of others) {
    const [code] = refused(() => negotiation.answer(bytes(other), {}));
    expect([other.slice(0, 80), refused(() => answerHello(bytes(other), {}, NONCE))[0]]).toEqual([
      other.slice(0, 80),
      code,
    ]);
  }
});

test("SHA-256 is that of the platform", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (message) => {
      expect(Buffer.from(sha256(message)).toString("hex")).toBe(createHash("sha256").update(message).digest("hex"));
    }),
  );
});

const NONCE = new Uint8Array(16).fill(7);
const text = (document: Uint8Array): string => new TextDecoder().decode(document);
const bytes = (document: string): Uint8Array => new TextEncoder().encode(document);

function nonceOf(document: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.from((JSON.parse(text(document)) as { nonce: string }).nonce, "base64"));
}

function outcome(answer: () => { readonly choice: unknown }): object {
  try {
    return { choice: answer().choice };
  } catch (error) {
    const { code, details } = error as { code: string; details: { field: string } };
    return { code, field: details.field };
  }
}
