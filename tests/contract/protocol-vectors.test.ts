import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type ForeignRow, hex, type Row } from "../vectors/foreign/fields.ts";
import * as msgpack from "../vectors/foreign/msgpack.ts";
import * as protobuf from "../vectors/foreign/protobuf.ts";

function rows<T>(file: string): T[] {
  return JSON.parse(readFileSync(new URL(`../vectors/protocol/${file}`, import.meta.url), "utf8")) as T[];
}

const envelopes = rows<Row>("envelopes.json");
const foreign = rows<ForeignRow>("foreign.json");

test.each(envelopes)("third-party decoders read $name", (row) => {
  for (const codec of [msgpack, protobuf]) {
    const { found, expected } = codec.read(row);
    expect(found).toEqual(expected);
  }
});

test.each(envelopes)("the bytes kept for $name are what third-party encoders write", (row) => {
  const kept = (encoder: string) => foreign.find((each) => each.name === row.name && each.encoder === encoder)?.bytes;
  expect(kept("msgpackr")).toBe(hex(msgpack.write(row)));
  expect(kept("protobufjs")).toBe(hex(protobuf.write(row)));
});
