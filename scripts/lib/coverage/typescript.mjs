import { existsSync, readFileSync } from "node:fs";
import { inRepo } from "../paths.mjs";
import { vitest } from "../suites/vitest.mjs";

const FOLDER = ".cache/coverage";
const SUMMARY = inRepo(FOLDER, "coverage-summary.json");

/** Whether the tests are to be measured as they run, so that they need not run again for it. `.ci/run` sets it. */
export const isMeasuring = process.env.POLYPHON_COVERAGE === "1";

/** The tests of npm/src and the contract suites; what they reach is kept. */
export function measuredVitest() {
  return vitest([
    "--coverage.enabled",
    "--coverage.reportOnFailure",
    "--coverage.provider=istanbul",
    "--coverage.reporter=json-summary",
    `--coverage.reportsDirectory=${FOLDER}`,
    "--coverage.include=npm/src/**/*.ts",
    "--coverage.exclude=**/*.test.ts",
    "--coverage.exclude=**/*.generated.ts",
    "--coverage.exclude=npm/src/wasm/generated/**",
  ]);
}

/**
 * Line coverage of npm/src by its tests and the contract suites: of the run that was measured, or else of one for it.
 * @returns {Promise<{ covered: number, total: number, files: { path: string, covered: number, total: number }[] }>}
 */
export async function typescriptCoverage() {
  if (!isMeasuring || !existsSync(SUMMARY)) await measuredVitest();
  const { total, ...files } = JSON.parse(readFileSync(SUMMARY, "utf8"));
  const rows = Object.entries(files).map(([path, { lines }]) => ({
    path: path.replace(inRepo(), ""),
    covered: lines.covered,
    total: lines.total,
  }));
  return { covered: total.lines.covered, total: total.lines.total, files: rows };
}
