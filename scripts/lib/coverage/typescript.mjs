import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inRepo } from "../paths.mjs";
import { vitest } from "../suites/vitest.mjs";

const FOLDER = ".cache/coverage";

/**
 * Line coverage of npm/src by its tests and the contract suites.
 * @returns {Promise<{ covered: number, total: number, files: { path: string, covered: number, total: number }[], failed: number }>}
 */
export async function typescriptCoverage() {
  const { failed } = await vitest([
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
  const { total, ...files } = JSON.parse(readFileSync(inRepo(join(FOLDER, "coverage-summary.json")), "utf8"));
  const rows = Object.entries(files).map(([path, { lines }]) => ({
    path: path.replace(inRepo(), ""),
    covered: lines.covered,
    total: lines.total,
  }));
  return { covered: total.lines.covered, total: total.lines.total, files: rows, failed };
}
