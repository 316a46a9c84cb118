import assert from "node:assert/strict";
import { test } from "node:test";
import { sumCargo } from "../lib/suites/cargo.mjs";
import { counted } from "../lib/suites/count.mjs";
import { sumTap } from "../lib/suites/node.mjs";

test("cargo's result lines are summed over crates", () => {
  const text = [
    "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
    "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s",
  ].join("\n");
  assert.deepEqual(sumCargo(text), { passed: 4, failed: 2 });
});

test("node's closing lines are read, cancelled tests as failed", () => {
  assert.deepEqual(sumTap("# tests 4\n# pass 2\n# fail 1\n# cancelled 1\n"), { passed: 2, failed: 2 });
});

test("a runner that breaks without a failing test counts as one failure", () => {
  assert.deepEqual(counted("x", 101, { passed: 7, failed: 0 }), { passed: 7, failed: 1 });
});

test("a suite in which nothing ran counts as one failure", () => {
  assert.deepEqual(counted("x", 0, { passed: 0, failed: 0 }), { passed: 0, failed: 1 });
});
