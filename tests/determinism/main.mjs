// The same scripts of commands, natively and in WebAssembly: every byte the kernel answers must be the same.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SCRIPTS = 100;
const root = fileURLToPath(new URL("../..", import.meta.url));
const generated = new URL("../../npm/dist/wasm/generated/", import.meta.url);
const { instantiate } = await import(new URL("kernel.js", generated).href);
/** The one for pages and the one for who need not download it. */
const modules = ["kernel.wasm", "kernel-fast.wasm"].map(
  (name) => new WebAssembly.Module(readFileSync(new URL(name, generated))),
);

const folder = mkdtempSync(join(tmpdir(), "polyphon-determinism-"));
let failed = 0;
let steps = 0;
try {
  const file = join(folder, "scripts");
  const native = nativeHashes(file);
  const bytes = readFileSync(file);
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), bytes, at: 0 };
  for (let seed = 1; seed <= SCRIPTS; seed++) {
    const trouble = replay(reader, native.get(String(seed)));
    if (trouble === undefined) continue;
    failed++;
    process.stdout.write(`seed ${seed}: ${trouble}\n`);
  }
  if (reader.at !== bytes.length) throw new Error("the file of scripts goes on after the last one");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`${steps} steps compared\n${SCRIPTS - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

/** Lets the native kernel run the scripts; answers its hash of each. */
function nativeHashes(file) {
  const simulator = ["run", "--release", "--locked", "-q", "-p", "polyphon-simulation", "--"];
  const args = [...simulator, "--script-hashes", `${SCRIPTS}`, "--dump", file];
  const run = spawnSync("cargo", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  if (run.status !== 0) throw new Error(`the native scripts ended with ${run.status ?? run.error?.message}`);
  return new Map(
    run.stdout
      .trim()
      .split("\n")
      .map((line) => line.split(" ")),
  );
}

/** Replays one script; answers what differs. */
function replay(reader, expected) {
  const hash = createHash("sha256");
  const kernels = modules.map((module) => new (instantiate(module).RawKernel)(0, 1));
  let trouble;
  const count = number(reader);
  for (let step = 0; step < count; step++) {
    const mono = long(reader);
    const wall = long(reader);
    const batch = run(reader);
    const native = run(reader);
    const [output, ...others] = kernels.map((kernel) => kernel.step(batch, mono, wall));
    hash.update(output);
    if ([output, ...others].some((bytes) => Buffer.compare(bytes, native) !== 0)) trouble ??= `step ${step} differs`;
    steps++;
  }
  const expectedSnapshot = run(reader);
  const [snapshot, ...others] = kernels.map((kernel) => kernel.snapshot());
  hash.update(snapshot);
  if ([snapshot, ...others].some((bytes) => Buffer.compare(bytes, expectedSnapshot) !== 0)) {
    trouble ??= "the snapshot differs";
  }
  if (hash.digest("hex") !== expected) trouble ??= "the hash over everything differs";
  return trouble;
}

function number(reader) {
  const value = reader.view.getUint32(reader.at, true);
  reader.at += 4;
  return value;
}

function long(reader) {
  const value = Number(reader.view.getBigUint64(reader.at, true));
  reader.at += 8;
  return value;
}

function run(reader) {
  const length = number(reader);
  reader.at += length;
  return reader.bytes.subarray(reader.at - length, reader.at);
}
