const START = /^#?\s*start of coverage report\b/;
const END = /^#?\s*end of coverage report\b/;
const TOTAL = /^#?\s*all files\s*\|\s*(\d{1,3}(?:\.\d+)?)\s*\|/;

/** Finds the line coverage of the whole in the table that node's test runner prints. */
export class CoverageTable {
  #inside = false;
  #ratio: number | undefined;

  /** A line of output, with or without the `# ` of TAP. */
  push(line: string): void {
    if (!this.#inside) {
      this.#inside = START.test(line);
      return;
    }
    if (END.test(line)) {
      this.#inside = false;
      return;
    }
    const total = TOTAL.exec(line);
    const percentage = Number(total?.[1]);
    if (percentage <= 100) this.#ratio = percentage / 100;
  }

  /** 0 to 1; `undefined` when no table was seen. */
  get ratio(): number | undefined {
    return this.#ratio;
  }
}
