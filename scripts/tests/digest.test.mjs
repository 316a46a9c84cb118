import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { after, beforeEach, test } from "node:test";
import { digest, whenChanged } from "../lib/digest.mjs";
import { cache, root } from "../lib/paths.mjs";

const name = `test-${process.pid}`;
const folder = join(cache, name);
const path = (file) => relative(root, join(folder, file));
const write = (file, text) => writeFileSync(join(folder, file), text);

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(join(cache, "stamps", `${name}.json`), { force: true });
  mkdirSync(folder, { recursive: true });
  write("in.txt", "one");
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(join(cache, "stamps", `${name}.json`), { force: true });
});

const run = () =>
  whenChanged(name, { inputs: digest([path("in.txt")]), outputs: [path("out.txt")] }, async () =>
    write("out.txt", "made"),
  );

test("work is done once for the same inputs", async () => {
  assert.equal(await run(), true);
  assert.equal(await run(), false);
});

test("a changed input does the work again", async () => {
  await run();
  write("in.txt", "two");
  assert.equal(await run(), true);
});

test("a missing or shortened output does the work again", async () => {
  await run();
  write("out.txt", "ma");
  assert.equal(await run(), true);
  rmSync(join(folder, "out.txt"));
  assert.equal(await run(), true);
});

test("a stamp cut short is no stamp", async () => {
  await run();
  writeFileSync(join(cache, "stamps", `${name}.json`), '{"inputs":"');
  assert.equal(await run(), true);
});

test("a renamed file changes the digest", () => {
  write("a.txt", "same");
  const before = digest([path("")]);
  rmSync(join(folder, "a.txt"));
  write("b.txt", "same");
  assert.notEqual(digest([path("")]), before);
});
