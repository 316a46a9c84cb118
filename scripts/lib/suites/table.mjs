import { say } from "../progress.mjs";
import { Stop } from "../stop.mjs";

/** @typedef {{ passed: number, failed: number }} Count */

/**
 * Runs suites one after another and prints what each counted, then the sum. A suite that breaks counts as one failure.
 * @param {readonly { name: string, run: () => Promise<Count> }[]} suites
 * @returns {Promise<number>} exit code
 */
export async function runSuites(suites) {
  const rows = [];
  for (const { name, run } of suites) {
    say(`${name} …`);
    const since = Date.now();
    const count = await run().catch(broken);
    const seconds = ((Date.now() - since) / 1000).toFixed(1);
    rows.push({ name, ...count, seconds });
    say(`${name}: ${count.passed} passed, ${count.failed} failed in ${seconds} s`);
  }
  const width = Math.max(...rows.map(({ name }) => name.length));
  process.stdout.write("\n");
  for (const { name, passed, failed, seconds } of rows) {
    process.stdout.write(`${name.padEnd(width)}  ${passed} passed, ${failed} failed  (${seconds} s)\n`);
  }
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  process.stdout.write(`${sum("passed")} passed, ${sum("failed")} failed\n`);
  return sum("failed") > 0 ? 1 : 0;
}

function broken(error) {
  if (!(error instanceof Stop)) throw error;
  if (error.log) process.stderr.write(`${error.log}\n`);
  process.stderr.write(`${error.message}\n`);
  return { passed: 0, failed: 1 };
}
