import { pathToFileURL } from "node:url";
import { pinnedEnv, pinnedNode } from "./node.mjs";
import { inRepo, root } from "./paths.mjs";
import { handOver } from "./run.mjs";

/** How often this script looks whether the npm that started it is still there. */
const WATCH_MS = 250;

/**
 * Runs a program under the pinned Node with the terminal handed over; answers its exit code.
 * The program dies with this script, and this script with the npm it was started by.
 * @param {readonly string[]} args file and arguments
 * @param {{ cwd?: string }} [options]
 */
export async function runProgram(args, { cwd = root } = {}) {
  const parent = process.ppid;
  const watch = setInterval(() => process.ppid !== parent && process.exit(1), WATCH_MS).unref();
  if (process.env.npm_lifecycle_event === undefined) clearInterval(watch);
  const tether = pathToFileURL(inRepo("scripts/lib/tether.mjs")).href;
  return handOver(pinnedNode(), ["--import", tether, ...args], {
    cwd,
    env: pinnedEnv(),
    stdio: ["inherit", "inherit", "inherit", "pipe"],
  });
}
