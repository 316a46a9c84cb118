import type { TestReport } from "../formats/test-report.ts";
import type { AttemptError, AttemptResult, ProcessOutput, ResourceUsage, TestTotals } from "../host.ts";
import { checkOutput } from "../output.ts";
import type { KeptArtifacts } from "./artifacts.ts";
import { type Evidence, judge } from "./classify.ts";
import type { Collected } from "./results/results.ts";

const MIB = 1024 * 1024;
/** Kept of a standard output that was read as results, in characters. */
const RESULTS_EXCERPT = 4_096;

/** Times of one try, in milliseconds. */
export interface Times {
  /** From the start of the program to the end of its last process. */
  readonly executionMs: number;
  /** Of the whole try, recovery included. */
  readonly durationMs: number;
}

/** The result of a try whose program was started. */
export function outcomeOf(evidence: Evidence, kept: KeptArtifacts, { executionMs, durationMs }: Times): AttemptResult {
  const { ended, collected, totals } = evidence;
  const verdict = judge(evidence);
  const said = outputOf(evidence);
  const problem = kept.error ?? ("error" in said ? said.error : undefined);
  const tolerated = verdict?.testsOnly === true && evidence.attempt.toleratesFailedTests === true && !problem;
  const error = tolerated ? verdict.error : (verdict?.error ?? problem);
  return {
    ok: !error || tolerated,
    ...("output" in said ? { output: said.output } : {}),
    metrics: metricsOf(collected, totals, ended.usage, executionMs),
    artifacts: kept.artifacts,
    ...(error ? { error } : {}),
    usage: ended.usage,
    durationMs,
    exitCode: ended.exitCode,
  };
}

/** Tests of all reports together; `undefined` when there is no report. */
export function totalsOf(reports: readonly TestReport[]): TestTotals | undefined {
  if (reports.length === 0) return undefined;
  const sum = (of: (report: TestReport) => number): number => reports.reduce((total, report) => total + of(report), 0);
  const passed = sum((report) => report.passed);
  const failed = sum((report) => report.failed);
  return { total: passed + failed, passed, failed, skipped: sum((report) => report.skipped) };
}

/** What the host measures itself stands above what the program says of itself. */
function metricsOf(
  collected: Collected,
  totals: TestTotals | undefined,
  usage: ResourceUsage,
  executionMs: number,
): Record<string, number> {
  return {
    ...(collected.coverage === undefined ? {} : { coverage: collected.coverage }),
    ...Object.fromEntries(collected.protocol.metrics),
    ...(totals && { total_tests: totals.total, passed: totals.passed, failed: totals.failed, skipped: totals.skipped }),
    ...(totals && totals.total > 0 ? { pass_rate: totals.passed / totals.total } : {}),
    ...(usage.memoryPeakBytes === null ? {} : { memory: usage.memoryPeakBytes / MIB }),
    execution_time: executionMs / 1_000,
  };
}

function outputOf(evidence: Evidence): { output: unknown } | { error: AttemptError } {
  const { result } = evidence.collected.protocol;
  if (!result) return { output: processOutput(evidence) };
  const checked = checkOutput(result.output);
  if ("value" in checked) return { output: checked.value };
  return { error: { type: "logic_error", code: "HOST_OUTPUT_INVALID", message: checked.problem } };
}

function processOutput({ ended, totals, stdout, stderr, stdoutIsResults }: Evidence): ProcessOutput {
  return {
    exitCode: ended.exitCode,
    // Results have been read: what is left of them is for the curious.
    stdout: stdoutIsResults ? stdout.excerpt(RESULTS_EXCERPT) : stdout.text(),
    stderr: stderr.text(),
    ...(totals ? { tests: totals } : {}),
  };
}
