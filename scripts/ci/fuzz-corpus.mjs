// The corpus of the fuzz targets. `unpack` writes .cache/fuzz/corpus: seeds made from the shared vectors and the corpus of
// journals, because what begins as a message gets further than noise does, and what fuzz/corpus keeps: a file each target
// with an input a line, in base64. `pack` writes those files from .cache/fuzz/least.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inRepo } from "../lib/paths.mjs";

/** Larger inputs, and more of one target, are learnt again every night. */
const KEPT_BYTES = 512;
const KEPT_INPUTS = 100;
const FRAME_HEAD = 88;
const WALL_MS = 1_750_000_000_000n;

const kept = inRepo("fuzz/corpus");
const corpus = inRepo(".cache/fuzz/corpus");

if (process.argv[2] === "pack") pack();
else await unpack();

function pack() {
  mkdirSync(kept, { recursive: true });
  for (const target of readdirSync(inRepo(".cache/fuzz/least"))) {
    const folder = inRepo(".cache/fuzz/least", target);
    const inputs = readdirSync(folder).map((file) => readFileSync(join(folder, file)));
    const least = inputs.filter(({ length }) => length > 0 && length <= KEPT_BYTES);
    least.sort((one, other) => one.length - other.length || Buffer.compare(one, other));
    const every = Math.ceil(least.length / KEPT_INPUTS);
    const lines = least.filter((_, n) => n % every === 0).map((bytes) => `${bytes.toString("base64")}\n`);
    writeFileSync(join(kept, `${target}.txt`), lines.join(""));
  }
}

async function unpack() {
  for (const [target, inputs] of Object.entries(await seeds())) write(target, "seed", inputs);
  for (const file of readdirSync(kept)) {
    const lines = readFileSync(join(kept, file), "utf8").trim().split("\n");
    const inputs = lines.map((line) => Buffer.from(line, "base64"));
    write(file.replace(".txt", ""), "kept", inputs);
  }
}

function write(target, prefix, inputs) {
  const folder = join(corpus, target);
  mkdirSync(folder, { recursive: true });
  for (const [n, bytes] of inputs.entries()) writeFileSync(join(folder, `${prefix}-${n}`), bytes);
}

async function seeds() {
  const vectors = inRepo("tests/vectors/protocol");
  const rows = (file) => JSON.parse(readFileSync(join(vectors, file), "utf8"));
  const fromHex = (digits) => Buffer.from(digits, "hex");
  const first = (number, bytes) => Buffer.concat([Buffer.of(number), bytes]);
  // Pairs of texts, as the target takes them apart: the length of the first stands at the end.
  const pair = (one, other) => Buffer.concat([Buffer.from(one + other), Buffer.of(one.length)]);
  const envelopes = rows("envelopes.json");
  const documents = envelopes.map(({ json }) => Buffer.from(json));
  const tasks = readdirSync(join(vectors, "tasks")).map((file) => readFileSync(join(vectors, "tasks", file)));
  return {
    codecs: envelopes.flatMap(({ msgpack, protobuf }, n) => [
      first(0, documents[n]),
      first(1, fromHex(msgpack)),
      first(2, fromHex(protobuf)),
    ]),
    packets: rows("packets.json").map(({ bytes }) => fromHex(bytes)),
    payloads: [...documents, ...envelopes.map(({ msgpack }) => fromHex(msgpack)), ...tasks],
    compression: documents.map((bytes) => Buffer.concat([Buffer.of(0, 4, 0, 0), bytes])),
    subjects: rows("subjects.json").map(({ pattern, subject }) => pair(subject, pattern)),
    negotiation: tasks,
    step: await steps(),
  };
}

/** The commands of the corpus' journal as steps: from its beginning, since what follows needs what was before. */
async function steps() {
  const { Reader, Writer } = await import("../../npm/src/wasm/msgpack.ts");
  const journal = readFileSync(inRepo("tests/journals/v1.journal"));
  const all = [];
  let lastMs = WALL_MS;
  for (let at = 0; at < journal.length; ) {
    const frame = at + 4;
    const body = frame + FRAME_HEAD;
    const size = journal.readUInt32LE(frame + 80);
    const count = journal.readUInt32LE(frame + 84);
    const kernelMs = journal.readBigInt64LE(frame + 32);
    const reader = new Reader(journal.subarray(body, body + size));
    for (let left = count; left > 0; left--) reader.skip();
    const writer = new Writer();
    writer.array(count);
    const batch = Buffer.concat([writer.bytes(), journal.subarray(body, body + reader.offset)]);
    const head = Buffer.alloc(4);
    const passed = all.length === 0 ? 0n : kernelMs - lastMs;
    head.writeUInt16LE(Number(passed > 65_535n ? 65_535n : passed), 0);
    head.writeUInt16LE(batch.length, 2);
    all.push(Buffer.concat([head, batch]));
    lastMs = kernelMs;
    at = frame + journal.readUInt32LE(at);
  }
  return [4, 12, 40].map((count) => Buffer.concat(all.slice(0, count)));
}
