/**
 * A suite's count, made to agree with its exit code: what failed without a failing test (a compile error, a crash)
 * counts as one failure, and so does a suite in which nothing ran.
 * @param {string} name
 * @param {number} code
 * @param {import("./table.mjs").Count} count
 */
export function counted(name, code, count) {
  if (code !== 0 && count.failed === 0) {
    process.stderr.write(`${name} ended with code ${code}\n`);
    return { ...count, failed: 1 };
  }
  if (count.passed + count.failed === 0) {
    process.stderr.write(`${name} found no test\n`);
    return { passed: 0, failed: 1 };
  }
  return count;
}
