/** Counts what was shown and what was not; one line each. */
export class Checks {
  passed = 0;
  failed = 0;

  /**
   * @param {string} name
   * @param {() => Promise<void>} body throws when it does not hold
   */
  async check(name, body) {
    try {
      await body();
      this.passed += 1;
      process.stdout.write(`ok      ${name}\n`);
    } catch (error) {
      this.failed += 1;
      const text = [error.message, error.log].filter(Boolean).join("\n");
      process.stdout.write(`FAILED  ${name}\n${text.replace(/^/gm, "        ")}\n`);
    }
  }

  /** @param {string} name @param {string} reason */
  skip(name, reason) {
    process.stdout.write(`skipped ${name}: ${reason}\n`);
  }
}
