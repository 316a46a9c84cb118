// A CommonJS program of a user: the package is ESM without top-level await, so `require` works.
const assert = require("node:assert/strict");

const { loadKernel } = require("polyphon/node");
assert.ok(loadKernel() instanceof WebAssembly.Module);
assert.ok(Object.keys(require("polyphon/slim")).length > 0);
