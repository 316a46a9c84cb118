import { clip, type FailedTest, type TestReport } from "../formats/test-report.ts";
import { checkOutput } from "../output.ts";
import type { BoundedCapture } from "./capture.ts";
import type { Evidence } from "./classify.ts";

const MAX_LISTED_TESTS = 50;
const EXCERPT = 4_096;

/** The facts behind the error of a try, bounded and fit for the journal. */
export function detailsOf({ ended, collected, totals, stdout, stderr, attempt }: Evidence): Record<string, unknown> {
  const failures = listed(collected.reports);
  const incomplete = collected.reports.flatMap((report) => report.incomplete ?? []);
  return {
    exitCode: ended.exitCode,
    signal: ended.signal,
    ...(ended.limit ? { limit: ended.limit } : {}),
    ...(totals ? { tests: totals } : {}),
    ...(failures.length > 0 ? { failedTests: failures.slice(0, MAX_LISTED_TESTS).map(shown) } : {}),
    ...(incomplete.length > 0 ? { incomplete } : {}),
    ...reported(collected.protocol.error?.details),
    ...(collected.protocol.problems.length > 0 ? { problems: collected.protocol.problems } : {}),
    ...(ended.notes.length > 0 ? { notes: ended.notes } : {}),
    ...(attempt.recovery ? { recovery: attempt.recovery.action } : {}),
    ...excerpt("stdout", stdout),
    ...excerpt("stderr", stderr),
  };
}

/** Details the program gave itself, when they are data that can be kept. */
function reported(details: unknown): Record<string, unknown> {
  const checked = checkOutput(details);
  return details !== undefined && "value" in checked ? { reported: checked.value } : {};
}

function excerpt(name: string, capture: BoundedCapture): Record<string, unknown> {
  return capture.bytes === 0
    ? {}
    : { [name]: { end: capture.end(EXCERPT), bytes: capture.bytes, truncated: capture.truncated } };
}

/** Failed tests of all reports. */
export function listed(reports: readonly TestReport[]): readonly FailedTest[] {
  return reports.flatMap((report) => report.failures);
}

function shown({ name, message, file, line }: FailedTest): Record<string, unknown> {
  return {
    name: clip(name, 256),
    ...(message === undefined ? {} : { message: clip(message, 512) }),
    ...(file === undefined ? {} : { file: clip(file, 512) }),
    ...(line === undefined ? {} : { line }),
  };
}
