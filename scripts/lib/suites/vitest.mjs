import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pinnedEnv, pinnedNode } from "../node.mjs";
import { cache, inRepo } from "../paths.mjs";
import { handOver } from "../run.mjs";
import { counted } from "./count.mjs";

/** The tests of npm/src and the contract suites. */
export async function vitest(args = []) {
  const report = join(cache, "vitest.json");
  mkdirSync(cache, { recursive: true });
  rmSync(report, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const code = await handOver(pinnedNode(), [inRepo("node_modules/vitest/vitest.mjs"), "run", ...reporters, ...args], {
    env: { ...pinnedEnv(), ...(process.stdout.isTTY ? {} : { NO_COLOR: "1" }) },
  });
  return counted("vitest", code, readReport(report));
}

function readReport(path) {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(path, "utf8"));
    return { passed: numPassedTests, failed: numFailedTests };
  } catch {
    return { passed: 0, failed: 0 };
  }
}
