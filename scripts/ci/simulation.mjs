// The simulators. Of the durable lane: kernel, runtime, disk, agents and users through every fault, 2,000,000 steps in all.
// Of the volatile lane: buses and the network between them. Each also looks for known defects and must find them.

import { handOver } from "../lib/run.mjs";
import { rustEnv } from "../lib/steps/rust.mjs";
import { main } from "../lib/stop.mjs";

const SEEDS = 100;
const STEPS = 20_000;
const BUS_SEEDS = 200;
const RUN = ["run", "--release", "--locked", "-p", "polyphon-simulation"];
/** The build with defects in it must never be taken for the other one. */
const PLANTED = ["--features", "planted-bugs", "--target-dir", "target/planted"];
const BUS = "tests/bus-simulation/main.ts";

await main(async () => {
  const env = await rustEnv();
  const bus = await handOver("node", [BUS, "--seeds", `${BUS_SEEDS}`]);
  const plantedBus = await handOver("node", [BUS, "--planted"]);
  const storm = await handOver("cargo", [...RUN, "--", "--seeds", `${SEEDS}`, "--steps", `${STEPS}`], { env });
  const planted = await handOver("cargo", [...RUN, ...PLANTED, "--", "--planted", "--seeds", "24", "--steps", "6000"], {
    env,
  });
  const rows = [
    [bus, BUS_SEEDS],
    [plantedBus, 1],
    [storm, SEEDS],
    [planted, 1],
  ];
  const passed = rows.reduce((sum, [code, count]) => sum + (code === 0 ? count : 0), 0);
  const failed = rows.filter(([code]) => code !== 0).length;
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
});
