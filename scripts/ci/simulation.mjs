// The simulator: kernel, runtime, disk, agents and users through every fault, 2,000,000 steps in all; then known defects,
// each of which it must find.

import { handOver } from "../lib/run.mjs";
import { rustEnv } from "../lib/steps/rust.mjs";
import { main } from "../lib/stop.mjs";

const SEEDS = 100;
const STEPS = 20_000;
const RUN = ["run", "--release", "--locked", "-p", "polyphon-simulation"];
/** The build with defects in it must never be taken for the other one. */
const PLANTED = ["--features", "planted-bugs", "--target-dir", "target/planted"];

await main(async () => {
  const env = await rustEnv();
  const storm = await handOver("cargo", [...RUN, "--", "--seeds", `${SEEDS}`, "--steps", `${STEPS}`], { env });
  const planted = await handOver("cargo", [...RUN, ...PLANTED, "--", "--planted", "--seeds", "24", "--steps", "6000"], {
    env,
  });
  const failed = [storm, planted].filter((code) => code !== 0).length;
  process.stdout.write(`${(storm === 0 ? SEEDS : 0) + (planted === 0 ? 1 : 0)} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
});
