// An ES module of a user: every entry point, and a kernel that runs.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const entries = ["polyphon", "polyphon/node", "polyphon/slim", "polyphon/testing"];
for (const entry of entries) {
  const names = Object.keys(await import(entry));
  assert.ok(names.length > 0, `${entry} exports nothing`);
}

const { loadKernel, PolyphonError } = await import("polyphon/node");
assert.ok(loadKernel() instanceof WebAssembly.Module);
assert.ok((await (await import("polyphon")).loadKernel()) instanceof WebAssembly.Module);

// Two entry points are one package: an error of one is an error of the other.
const { PolyphonError: slimError } = await import("polyphon/slim");
assert.ok(new PolyphonError("STORE_IO", { message: "test" }) instanceof slimError);

const wasm = readFileSync(fileURLToPath(import.meta.resolve("polyphon/kernel.wasm")));
assert.equal(wasm.subarray(0, 4).toString("latin1"), "\0asm");

await assert.rejects(import("polyphon/dist/wasm/node.js"), { code: "ERR_PACKAGE_PATH_NOT_EXPORTED" });
