import { protocolError } from "../failure.ts";
import type { Agreement, Choice, Offer } from "../negotiation.ts";
import { CODECS, COMPRESSIONS, SEALS } from "../wire/names.ts";
import { sha256 } from "./sha256.ts";

/**
 * The negotiation of the module, without it, for connections that need nothing else of it: documents without a proof. What
 * is written is the same byte for byte, what is chosen and refused is the same.
 */
export function writeHello(offer: Offer, nonce: Uint8Array): Uint8Array {
  return encoder.encode(JSON.stringify({ hello: written(offer), nonce: base64(nonce) }));
}

/** Answers a hello with the best both can. Refuses as `Negotiation.answer`. */
export function answerHello(
  hello: Uint8Array,
  offer: Offer,
  nonce: Uint8Array,
): Agreement & { readonly welcome: Uint8Array } {
  const theirs = readHello(hello);
  const own = written(offer);
  const choice = best(theirs, own);
  const document = { welcome: own, choice, nonce: base64(nonce), digest: base64(sha256(hello)) };
  const welcome = encoder.encode(JSON.stringify(document));
  return { welcome, choice, epoch: epochOf(hello, welcome) };
}

/** Checks the answer to a hello. Refuses as `Negotiation.accept`. */
export function acceptWelcome(hello: Uint8Array, welcome: Uint8Array): Agreement {
  const document = parsed(welcome, "welcome");
  const theirs = readOffer(document.welcome, "welcome.welcome");
  const told = map(document.choice, "welcome.choice") as unknown as Choice;
  fixed(document.nonce, "nonce", 16);
  if (document.digest !== base64(sha256(hello)))
    throw downgraded("hello", "must be the digest of the hello that was sent");
  const choice = best(readHello(hello), theirs);
  for (const field of ["version", "codec", "compression", "seal", "extensions"] as const) {
    if (`${choice[field]}` !== `${told[field]}`)
      throw downgraded(`choice.${field}`, "must be the best both sides can do");
  }
  return { choice, epoch: epochOf(hello, welcome) };
}

interface Lists {
  readonly versions: readonly string[];
  readonly codecs: readonly string[];
  readonly compressions: readonly string[];
  readonly seals: readonly string[];
  readonly extensions: Readonly<Record<string, boolean>>;
}

/** An offer with its defaults, fields and names in the order in which they are written. */
function written(offer: Offer): Lists {
  const { versions = ["1.0.0"], codecs = ["msgpack", "json", "protobuf"], compressions = ["lz4", "deflate"] } = offer;
  const names = Object.entries(offer.extensions ?? {}).sort(([one], [other]) => (one < other ? -1 : 1));
  return { versions, codecs, compressions, seals: offer.seals ?? [], extensions: Object.fromEntries(names) };
}

/** The best that both can do; the favourites of who connects count. */
function best(first: Lists, second: Lists): Choice {
  for (const [one, other] of [
    [first, second],
    [second, first],
  ] as const) {
    for (const [name, isCritical] of Object.entries(one.extensions)) {
      if (!isCritical || Object.hasOwn(other.extensions, name)) continue;
      const rule = "is critical and must be known to both sides";
      throw protocolError("PROTOCOL_EXTENSION_UNKNOWN", `extensions.${name}`, rule, "an unknown extension");
    }
  }
  const [version] = first.versions.filter((each) => second.versions.includes(each)).sort(newestFirst);
  const common = (name: "codecs" | "compressions" | "seals"): string | undefined =>
    first[name].find((each) => second[name].includes(each));
  const seal = common("seals");
  if (seal === undefined && first.seals.length + second.seals.length > 0) throw nothing("seals");
  const codec = common("codecs");
  if (version === undefined) throw nothing("versions");
  if (codec === undefined) throw nothing("codecs");
  const compression = common("compressions");
  const extensions = Object.keys(first.extensions).filter((name) => Object.hasOwn(second.extensions, name));
  return {
    version,
    codec,
    ...(compression !== undefined && { compression }),
    ...(seal !== undefined && { seal }),
    extensions: extensions.sort(),
  } as Choice;
}

function readHello(bytes: Uint8Array): Lists {
  const document = parsed(bytes, "hello");
  fixed(document.nonce, "nonce", 16);
  return readOffer(document.hello, "hello.hello");
}

/** What is not known here is nothing to choose. */
function readOffer(value: unknown, field: string): Lists {
  const offer = map(value, field);
  const extensions = map(offer.extensions, `${field}.extensions`);
  for (const critical of Object.values(extensions)) {
    if (typeof critical !== "boolean")
      throw protocolError("PROTOCOL_FIELD_INVALID", `${field}.extensions`, "must be true or false", typeof critical);
  }
  const known = (name: keyof Lists, names: readonly string[]): readonly string[] =>
    texts(offer[name], `${field}.${name}`).filter((each) => names.includes(each));
  return {
    versions: texts(offer.versions, `${field}.versions`).filter((each) => VERSION.test(each)),
    codecs: known("codecs", CODECS),
    compressions: known("compressions", COMPRESSIONS),
    seals: known("seals", SEALS),
    extensions: extensions as Record<string, boolean>,
  };
}

function parsed(bytes: Uint8Array, field: string): Record<string, unknown> {
  if (bytes.length > DOCUMENT_BYTES)
    throw protocolError("PROTOCOL_LIMIT_EXCEEDED", field, "a hello or welcome has at most 64 KiB", "more");
  let document: unknown;
  try {
    document = JSON.parse(decoder.decode(bytes));
  } catch {
    throw protocolError("PROTOCOL_MALFORMED", field, "must be JSON", "other bytes");
  }
  return map(document, field);
}

function map(value: unknown, field: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw wrong(value, field, "must be a map");
}

function texts(value: unknown, field: string): readonly string[] {
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value;
  throw wrong(value, field, "must be a list of texts");
}

function fixed(value: unknown, field: string, bytes: number): void {
  const length = Math.ceil(bytes / 3) * 4;
  if (typeof value === "string" && value.length === length && BASE64.test(value)) return;
  throw wrong(value, field, `must be ${bytes} bytes as base64`);
}

function wrong(value: unknown, field: string, rule: string): Error {
  if (value === undefined) return protocolError("PROTOCOL_FIELD_MISSING", field, "must be there", "nothing");
  return protocolError("PROTOCOL_FIELD_INVALID", field, rule, typeof value);
}

function nothing(field: string): Error {
  return protocolError("PROTOCOL_NEGOTIATION_FAILED", field, "must have one in common", "nothing in common");
}

function downgraded(field: string, rule: string): Error {
  return protocolError("PROTOCOL_DOWNGRADED", field, rule, "another value");
}

function newestFirst(one: string, other: string): number {
  const [a, b] = [one.split(".").map(Number), other.split(".").map(Number)];
  const at = a.findIndex((part, index) => part !== b[index]);
  return at < 0 ? 0 : (b[at] as number) - (a[at] as number);
}

/** What is sealed on this connection belongs to it: both sides put random bytes into the documents. */
function epochOf(hello: Uint8Array, welcome: Uint8Array): bigint {
  const both = new Uint8Array(64);
  both.set(sha256(hello));
  both.set(sha256(welcome), 32);
  return new DataView(sha256(both).buffer).getBigUint64(0);
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

const DOCUMENT_BYTES = 64 * 1024;
const VERSION = /^(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
