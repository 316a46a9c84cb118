// A CommonJS program of a user: the package is ESM without top-level await, so `require` works.
const assert = require("node:assert/strict");
const { Polyphon } = require("polyphon/node");

async function main() {
  const team = await Polyphon.open();
  team.agent("echo", (task) => task.input);
  const { outputs } = await team.orchestrate({ tasks: [{ key: "a", input: "heard" }] }).result;
  assert.deepEqual(outputs, { a: "heard" });
  await team.close();
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
