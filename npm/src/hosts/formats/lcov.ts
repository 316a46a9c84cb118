/** Lines that could run and lines that did. */
export interface LineCoverage {
  readonly found: number;
  readonly hit: number;
}

const COUNT = /^(LF|LH):(\d{1,9})\s*$/;
const LINE = /^DA:\d{1,9},(-?\d+)/;

/** Adds up the line coverage of an lcov file, line by line. A record without totals is counted by its own lines. */
export class LcovParser {
  #found = 0;
  #hit = 0;
  #record = { lines: 0, covered: 0, found: -1, hit: -1 };

  push(line: string): void {
    const count = COUNT.exec(line);
    if (count) {
      this.#record[count[1] === "LF" ? "found" : "hit"] = Number(count[2]);
      return;
    }
    const data = LINE.exec(line);
    if (data) {
      this.#record.lines++;
      if (Number(data[1]) > 0) this.#record.covered++;
    } else if (line.startsWith("end_of_record") || line.startsWith("SF:")) this.#close();
  }

  /** `undefined` when the file names no line that could run. */
  end(): LineCoverage | undefined {
    this.#close();
    return this.#found > 0 ? { found: this.#found, hit: this.#hit } : undefined;
  }

  #close(): void {
    const { lines, covered, found, hit } = this.#record;
    const total = found >= 0 ? found : lines;
    this.#found += total;
    this.#hit += Math.min(hit >= 0 ? hit : covered, total);
    this.#record = { lines: 0, covered: 0, found: -1, hit: -1 };
  }
}
