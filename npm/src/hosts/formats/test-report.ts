/** What a program's tests came to, whatever format they were reported in. */
export interface TestReport {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** The first {@link MAX_FAILURES} failed tests; `failed` counts them all. */
  readonly failures: readonly FailedTest[];
  /** Why the report is not whole, when it is not: a stream that broke off, tests that were planned and did not run. */
  readonly incomplete?: string;
  /** Ratio of covered lines, 0 to 1, when the report carries one. */
  readonly coverage?: number;
}

export interface FailedTest {
  /** Suites and test, joined by ` > `. */
  readonly name: string;
  readonly message?: string;
  readonly file?: string;
  readonly line?: number;
  /** What classification goes by: error names, codes and the beginning of the stack. Not part of what is reported. */
  readonly evidence?: string;
}

/** How many failed tests a report names. */
export const MAX_FAILURES = 200;
/** Longest text kept of one failed test's name, message or evidence, in UTF-16 units. */
export const MAX_TEXT = 2_048;

/** Cuts a text so that no hostile report can grow ours. */
export function clip(text: string, length: number = MAX_TEXT): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** Drops members that are undefined, as the strict optional types ask for. */
export function failedTest(
  name: string,
  found: { [K in Exclude<keyof FailedTest, "name">]?: FailedTest[K] | undefined },
): FailedTest {
  const { message, file, line, evidence } = found;
  return {
    name: clip(name),
    ...(message ? { message: clip(message) } : {}),
    ...(file ? { file: clip(file) } : {}),
    ...(line !== undefined && Number.isSafeInteger(line) && line >= 0 ? { line } : {}),
    ...(evidence ? { evidence: clip(evidence) } : {}),
  };
}
