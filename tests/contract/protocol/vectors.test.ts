import { expect, test } from "vitest";
import { type CodecName, loadProtocol, type SealName } from "../../../npm/src/protocol/index.node.ts";
import { type ForeignRow, hex, type Row } from "../../vectors/foreign/fields.ts";
import * as msgpack from "../../vectors/foreign/msgpack.ts";
import * as protobuf from "../../vectors/foreign/protobuf.ts";
import { fromHex, portable, refused, rows } from "./lab.ts";

const protocol = await loadProtocol();
const envelopes = rows<Row>("envelopes.json");
const CODECS: readonly CodecName[] = ["json", "msgpack", "protobuf"];

const bytesOf = (row: Row, codec: CodecName): Uint8Array =>
  codec === "json" ? Buffer.from(row.json) : fromHex(row[codec]);

test.each(envelopes)("$name is read in every codec and written in every codec, byte for byte", (row) => {
  for (const from of CODECS) {
    const message = protocol.decode(bytesOf(row, from), from);
    for (const to of CODECS) expect(hex(protocol.encode(message, to))).toBe(hex(bytesOf(row, to)));
  }
});

test.each(envelopes)("third-party decoders read what is written for $name", (row) => {
  const message = protocol.decode(bytesOf(row, "json"), "json");
  const written: Row = {
    ...row,
    msgpack: hex(protocol.encode(message, "msgpack")),
    protobuf: hex(protocol.encode(message, "protobuf")),
  };
  for (const decoder of [msgpack, protobuf]) {
    const { found, expected } = decoder.read(written);
    expect(found).toEqual(expected);
  }
});

test.each(rows<ForeignRow>("foreign.json"))("what $encoder writes for $name is read", ({ name, codec, bytes }) => {
  const row = envelopes.find((each) => each.name === name) as Row;
  expect(hex(protocol.encode(protocol.decode(fromHex(bytes), codec), "json"))).toBe(hex(bytesOf(row, "json")));
});

interface RefusedRow {
  readonly codec: CodecName;
  readonly text?: string;
  readonly bytes?: string;
  readonly code: string;
  readonly field: string;
}

test.each(rows<RefusedRow>("refused.json"))(
  "$codec is refused with $code at $field",
  ({ codec, text, bytes, code, field }) => {
    const message = text === undefined ? fromHex(bytes ?? "") : Buffer.from(text);
    expect(refused(() => protocol.decode(message, codec))).toEqual([code, field]);
  },
);

interface PacketRow {
  readonly name: string;
  readonly json: string;
  readonly bytes: string;
  readonly algorithm?: SealName;
  readonly keyId?: string;
  readonly key?: string;
}

test.each([
  ["the host's keys", protocol],
  ["keys in WebAssembly", portable()],
])("every packet of the vectors opens with %s, and not when a bit of it is another", async (_, subject) => {
  await subject.loadCompression();
  for (const { json, bytes, algorithm, keyId = "", key = "" } of rows<PacketRow>("packets.json")) {
    const ring = subject.keyRing();
    if (algorithm !== undefined) await ring.add({ id: keyId, seal: algorithm, secret: fromHex(key) });
    const packet = fromHex(bytes);
    expect(Buffer.from(subject.encode(subject.open(packet, { ring }), "json")).toString()).toBe(json);
    if (algorithm === undefined) continue;
    const changed = packet.slice();
    changed[packet.length - 20] = (changed[packet.length - 20] as number) ^ 1;
    expect(refused(() => subject.open(changed, { ring }))).toEqual(["PROTOCOL_SEAL_BROKEN", "seal"]);
  }
});

interface SubjectRow {
  readonly pattern: string;
  readonly subject: string;
  readonly matches: boolean | "refused";
}

test.each(rows<SubjectRow>("subjects.json"))("$pattern and $subject: $matches", ({ pattern, subject, matches }) => {
  const found = () => protocol.subjects.matches(pattern, subject);
  if (matches === "refused") expect(refused(found)[0]).toBe("PROTOCOL_SUBJECT_INVALID");
  else expect(found()).toBe(matches);
});

interface FilterRow {
  readonly filter: string;
  readonly json: string;
  readonly takes: boolean | "refused";
}

test.each(rows<FilterRow>("filters.json"))("$filter: $takes", ({ filter, json, takes }) => {
  const judged = () => protocol.takes(protocol.filter(JSON.parse(filter)), Buffer.from(json), "json");
  if (takes === "refused") expect(refused(judged)[0]).toBe("PROTOCOL_FILTER_INVALID");
  else expect(judged()).toBe(takes);
});
