import { readFileSync } from "node:fs";
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
  if (process.env.npm_lifecycle_event !== undefined) endWith(starters());
  const tether = pathToFileURL(inRepo("scripts/lib/tether.mjs")).href;
  return handOver(pinnedNode(), ["--import", tether, ...args], {
    cwd,
    env: pinnedEnv(),
    stdio: ["inherit", "inherit", "inherit", "pipe"],
  });
}

/** Ends this process as soon as one of those that started it is no longer who it was. */
function endWith(before) {
  setInterval(() => starters() !== before && process.exit(1), WATCH_MS).unref();
}

/** Ids of the parent (npm, or the shell npm started) and, where the system tells, of its parent. */
function starters() {
  try {
    const status = readFileSync(`/proc/${process.ppid}/status`, "utf8");
    return `${process.ppid} ${/^PPid:\s*(\d+)/m.exec(status)?.[1]}`;
  } catch {
    return `${process.ppid}`;
  }
}
