// The simulator: many kernels through crashes, torn writes and lost messages, 2,000,000 steps in all.

import { handOver } from "../lib/run.mjs";
import { rustEnv } from "../lib/steps/rust.mjs";
import { main } from "../lib/stop.mjs";

const SEEDS = 100;
const STEPS = 20_000;

await main(async () => {
  const args = ["run", "--release", "--locked", "-p", "polyphon-simulation", "--"];
  const code = await handOver("cargo", [...args, "--seeds", `${SEEDS}`, "--steps", `${STEPS}`], {
    env: await rustEnv(),
  });
  process.stdout.write(code === 0 ? `${SEEDS} passed, 0 failed\n` : "0 passed, 1 failed\n");
  return code;
});
