import { step } from "../progress.mjs";
import { quietly } from "../run.mjs";
import { counted } from "./count.mjs";

/** Every test of the Rust workspace; what cargo says is shown when something fails. */
export async function cargoTest() {
  const args = ["test", "--workspace", "--locked", "--no-fail-fast"];
  const { code, stdout, log } = await step("cargo", (note) => quietly("cargo", args, { note, allowFailure: true }));
  if (code !== 0) process.stderr.write(`${stdout}\n${log}\n`);
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
