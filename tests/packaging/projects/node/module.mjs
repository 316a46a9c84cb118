// An ES module of a user: every entry point, and a team whose journal outlives it.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const entries = [
  "polyphon",
  "polyphon/node",
  "polyphon/slim",
  "polyphon/config",
  "polyphon/testing",
  "polyphon/policies",
  "polyphon/protocol",
  "polyphon/compat",
  "polyphon/cache",
];
for (const entry of entries) {
  assert.ok(Object.keys(await import(entry)).length > 0, `${entry} exports nothing`);
}

const { Polyphon, PolyphonError } = await import("polyphon/node");

const folder = mkdtempSync(join(tmpdir(), "polyphon-user-"));
try {
  const file = join(folder, "team.db");
  const team = await Polyphon.open(file);
  team.agent("adder", { capabilities: ["add"] }, (task) => task.input.a + task.input.b);
  const tasks = [{ key: "sum", needs: ["add"], input: { a: 2, b: 3 } }];
  const { status, outputs, id } = await team.orchestrate({ tasks }).result;
  assert.equal(status, "completed");
  assert.deepEqual(outputs, { sum: 5 });
  await assert.rejects(Polyphon.open(file), (error) => error instanceof PolyphonError && error.code === "STORE_LOCKED");
  await team.close();

  const again = await Polyphon.open(file);
  assert.equal((await again.session(id).view()).tasks[0].status, "completed");
  await again.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

// Two entry points are one package: an error of one is an error of the other.
const { PolyphonError: slimError } = await import("polyphon/slim");
assert.ok(new PolyphonError("STORE_IO", { message: "test" }) instanceof slimError);

const wasm = readFileSync(fileURLToPath(import.meta.resolve("polyphon/kernel.wasm")));
assert.equal(wasm.subarray(0, 4).toString("latin1"), "\0asm");

await assert.rejects(import("polyphon/dist/wasm/node.js"), { code: "ERR_PACKAGE_PATH_NOT_EXPORTED" });
