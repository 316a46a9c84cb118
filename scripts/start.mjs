// `npm start -- [FILE] [--once] [--json] [OPTIONS of polyphon run]`: builds what changed, then runs a configuration.
// Without FILE it runs the shipped test suite; without --once it stays and runs again whenever FILE changes.
import { resolve } from "node:path";
import { build } from "./lib/build.mjs";
import { inRepo } from "./lib/paths.mjs";
import { runProgram } from "./lib/program.mjs";
import { main } from "./lib/stop.mjs";

const DEFAULT_FILE = inRepo("ts-examples/test-suite/orchestrator_config.yaml");

await main(async () => {
  await build();
  return runProgram([inRepo("npm/dist/cli/main.js"), "run", ...runArguments(process.argv.slice(2))]);
});

function runArguments(given) {
  const from = process.env.INIT_CWD ?? process.cwd();
  const rest = given.filter((argument) => argument !== "--once");
  const named = rest.some(isFile);
  const args = named
    ? rest.map((argument) => (isFile(argument) ? resolve(from, argument) : argument))
    : [DEFAULT_FILE, ...rest];
  return given.includes("--once") ? args : [...args, "--watch"];
}

function isFile(argument) {
  return /^[^-].*\.(ya?ml|json)$/.test(argument);
}
