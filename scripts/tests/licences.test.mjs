import assert from "node:assert/strict";
import { test } from "node:test";
import { isAllowed } from "../lib/checks/licences.mjs";

const allowed = new Set(["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "Unicode-3.0"]);

for (const [expression, expected] of [
  ["MIT", true],
  ["MIT OR Apache-2.0", true],
  ["MIT/Apache-2.0", true],
  ["GPL-3.0 OR MIT", true],
  ["GPL-3.0", false],
  ["(MIT OR Apache-2.0) AND Unicode-3.0", true],
  ["(MIT OR Apache-2.0) AND GPL-3.0", false],
  ["Apache-2.0 WITH LLVM-exception OR GPL-2.0", true],
  ["GPL-2.0 WITH Classpath-exception-2.0", false],
  [undefined, false],
]) {
  test(`${expression} is ${expected ? "allowed" : "refused"}`, () =>
    assert.equal(isAllowed(expression, allowed), expected));
}
