import { step } from "../progress.mjs";
import { quietly } from "../run.mjs";
import { rustEnv } from "../steps/rust.mjs";
import { counted } from "./count.mjs";

/** Lines of cargo that say only that all is well. */
const NOISE =
  /^(test .* ok$|running \d+ tests?$|test result: ok|\s+(Compiling|Downloading|Downloaded|Running|Doc-tests|Finished|Blocking) )/;

/** Every test of the Rust workspace; what cargo says is shown when something fails. */
export async function cargoTest() {
  const args = ["test", "--workspace", "--locked", "--no-fail-fast"];
  const env = await rustEnv();
  const { code, stdout, lines } = await step("cargo", (note) =>
    quietly("cargo", args, { note, env, allowFailure: true }),
  );
  if (code !== 0) process.stderr.write(`${lines.filter((line) => !NOISE.test(line)).join("\n")}\n`);
  return counted("cargo test", code, sumCargo(stdout));
}

/** Adds up the `test result:` lines of cargo's output. */
export function sumCargo(text) {
  const total = { passed: 0, failed: 0 };
  for (const [, passed, failed] of text.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed;/gm)) {
    total.passed += Number(passed);
    total.failed += Number(failed);
  }
  return total;
}
