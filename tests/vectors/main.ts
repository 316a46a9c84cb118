// Third-party decoders read our vectors, and what third-party encoders write is kept for ours to read.
//
// `node tests/vectors/main.ts` checks `foreign.json` against the encoders, in JavaScript and Python; `--write` makes it
// anew. Python and its packages come into a folder of their own under `.cache`.
import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { type ForeignRow, hex, type Row } from "./foreign/fields.ts";
import * as msgpack from "./foreign/msgpack.ts";
import * as protobuf from "./foreign/protobuf.ts";

const here = new URL("protocol/", import.meta.url);
const root = new URL("../../", import.meta.url);
const cache = new URL(".cache/vectors/", root);
const PACKAGES = ["protobuf==7.36.2", "msgpack==1.2.4", "grpcio-tools==1.85.1"];

const envelopes = JSON.parse(readFileSync(new URL("envelopes.json", here), "utf8")) as Row[];
const file = new URL("foreign.json", here);
const kept = JSON.parse(readFileSync(file, "utf8")) as ForeignRow[];
const rows = [
  ...javascript(),
  ...(hasPython() ? python() : kept.filter(({ encoder }) => encoder.startsWith("python"))),
];
const text = `[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]\n`;
if (process.argv.includes("--write")) writeFileSync(file, text);
const failed = text === readFileSync(file, "utf8") ? 0 : 1;
if (failed > 0) process.stderr.write("foreign.json is not what the encoders write; run with --write and look at it\n");
process.stdout.write(`${rows.length} passed, ${failed} failed\n`);
process.exitCode = failed;

/** Whether Python is there; where it is not, its rows stay as they are. */
function hasPython(): boolean {
  try {
    execFileSync("python3", ["-c", "import venv"], { stdio: "ignore" });
    return true;
  } catch (error) {
    if (process.env.CI === "true") throw new Error("python3 with venv must be there in CI", { cause: error });
    process.stderr.write("skipped: python3 with venv is not installed\n");
    return false;
  }
}

function javascript(): ForeignRow[] {
  return envelopes.flatMap((row): ForeignRow[] => {
    for (const codec of [msgpack, protobuf]) {
      const { found, expected } = codec.read(row);
      if (!isDeepStrictEqual(found, expected)) throw new Error(`${row.name} is read as ${JSON.stringify(found)}`);
    }
    return [
      { name: row.name, codec: "msgpack", encoder: "msgpackr", bytes: hex(msgpack.write(row)) },
      { name: row.name, codec: "protobuf", encoder: "protobufjs", bytes: hex(protobuf.write(row)) },
    ];
  });
}

function python(): ForeignRow[] {
  const interpreter = new URL("venv/bin/python", cache).pathname;
  const quietly: ExecFileSyncOptionsWithStringEncoding = { stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" };
  mkdirSync(cache, { recursive: true });
  if (!existsSync(interpreter)) {
    execFileSync("python3", ["-m", "venv", new URL("venv", cache).pathname], quietly);
    execFileSync(interpreter, ["-m", "pip", "install", "--quiet", ...PACKAGES], quietly);
  }
  const proto = new URL("core/protocol/proto/", root).pathname;
  const generate = [
    "-m",
    "grpc_tools.protoc",
    `-I${proto}`,
    `--python_out=${cache.pathname}`,
    `${proto}polyphon.proto`,
  ];
  execFileSync(interpreter, generate, quietly);
  const script = new URL("foreign/python.py", import.meta.url).pathname;
  const output = execFileSync(interpreter, [script, new URL("envelopes.json", here).pathname, cache.pathname], quietly);
  return JSON.parse(output) as ForeignRow[];
}
