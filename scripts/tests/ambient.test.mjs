import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { inRepo } from "../lib/paths.mjs";

const folder = mkdtempSync(join(tmpdir(), "polyphon-lint-"));
cpSync(inRepo("biome.json"), join(folder, "biome.json"));
cpSync(inRepo("scripts/lint"), join(folder, "scripts/lint"), { recursive: true });
after(() => rmSync(folder, { recursive: true, force: true }));

/** How many problems the rules of the repository find in a source at a path. */
function problems(path, source) {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, source);
  const biome = inRepo("node_modules/@biomejs/biome/bin/biome");
  const args = [biome, "lint", "--vcs-enabled=false", "--reporter=json", path];
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  return JSON.parse(stdout).summary.errors;
}

for (const source of [
  "setTimeout(() => {}, 1);",
  "setInterval(() => {}, 1);",
  "globalThis.setTimeout(() => {}, 1);",
  'import { setTimeout as later } from "node:timers/promises";\nlater(1);',
  "export const value = Math.random();",
  "export const draw = [1].map(Math.random);",
  "export const now = Date.now();",
  "export const now = performance.now();",
  "export const now = new Date();",
]) {
  test(`refused in the package, allowed in the clock: ${source.split("\n")[0]}`, () => {
    assert.equal(problems("npm/src/tasks/probe.ts", source), 1);
    assert.equal(problems("npm/src/runtime/probe.ts", source), 1);
    assert.equal(problems("npm/src/runtime/clock.ts", source), 0);
  });
}

for (const source of [
  "export const id = crypto.randomUUID();",
  "export const bytes = globalThis.crypto.getRandomValues(new Uint8Array(8));",
  'import { randomBytes } from "node:crypto";\nexport const bytes = randomBytes(8);',
]) {
  test(`refused outside the runtime: ${source.split("\n").at(-1)}`, () => {
    assert.equal(problems("npm/src/tasks/probe.ts", source), 1);
    assert.equal(problems("npm/src/runtime/probe.ts", source), 0);
  });
}

test("words in comments and strings, and dates made from a value, are fine", () => {
  const source = '// Math.random()\nexport const text = "Date.now()";\nexport const day = new Date(0);\n';
  assert.equal(problems("npm/src/tasks/probe.ts", source), 0);
});
