import { clip } from "../formats/test-report.ts";
import type { Attempt, AttemptError, Program, TestTotals } from "../host.ts";
import { stopText, stopType } from "../stop.ts";
import type { BoundedCapture } from "./capture.ts";
import { detailsOf, listed } from "./details.ts";
import { own } from "./environment.ts";
import type { Ended } from "./execution.ts";
import type { LimitHit } from "./limits.ts";
import { CONVENTIONAL_EXITS, typeOfText } from "./patterns.ts";
import type { Collected } from "./results/results.ts";

/** Everything a verdict is made from. */
export interface Evidence {
  readonly attempt: Attempt;
  readonly program: Program;
  readonly ended: Ended;
  readonly collected: Collected;
  readonly totals: TestTotals | undefined;
  readonly stdout: BoundedCapture;
  readonly stderr: BoundedCapture;
  /** Whether standard output was read as results. */
  readonly stdoutIsResults: boolean;
  /** Reason the program was asked to end for. */
  readonly stopReason: unknown;
}

/** What is wrong with a try; `testsOnly`: nothing but that tests failed. */
export interface Verdict {
  readonly error: AttemptError;
  readonly testsOnly: boolean;
}

type Finding = Pick<AttemptError, "type" | "message" | "code"> & { readonly testsOnly?: boolean };

/** `undefined` when the program did what it was to do. */
export function judge(evidence: Evidence): Verdict | undefined {
  for (const look of [limits, stop, tooLong, ownError, mappedExit, crash, failedTests, exit, missingResults]) {
    const finding = look(evidence);
    if (!finding) continue;
    const { testsOnly = false, ...error } = finding;
    return { testsOnly, error: { ...error, message: clip(error.message), details: detailsOf(evidence) } };
  }
  return undefined;
}

function limits({ ended: { limit } }: Evidence): Finding | undefined {
  if (!limit) return undefined;
  return limit.kind === "memory"
    ? {
        type: "memory_error",
        code: "HOST_MEMORY_LIMIT",
        message: `the program used ${figures(limit)} of memory and was ended`,
      }
    : {
        type: "resource_exhaustion",
        code: "HOST_DISK_LIMIT",
        message: `the task's folder holds ${figures(limit)}; the program was ended`,
      };
}

function stop({ ended, stopReason }: Evidence): Finding | undefined {
  return ended.stopped ? { type: stopType(stopReason), message: stopText(stopReason) } : undefined;
}

function tooLong({ collected: { protocol } }: Evidence): Finding | undefined {
  if (!protocol.lineTooLong) return undefined;
  return {
    type: "logic_error",
    code: "HOST_LINE_TOO_LONG",
    message: protocol.problems.at(-1) ?? "a line is longer than 1 MiB",
  };
}

function ownError({ collected: { protocol } }: Evidence): Finding | undefined {
  const said = protocol.error;
  return said && { type: said.errorType ?? typeOfText(said.message) ?? "logic_error", message: said.message };
}

function mappedExit({ program, ended, stderr }: Evidence): Finding | undefined {
  const type = own(program.errorTypes, String(ended.exitCode));
  return type === undefined
    ? undefined
    : { type, message: withLastLine(`the program ended with exit code ${ended.exitCode}`, stderr) };
}

function crash({ attempt, ended, stdout, stderr }: Evidence): Finding | undefined {
  if (ended.signal === null) return undefined;
  const message = withLastLine(`the program was ended by ${ended.signal}`, stderr);
  // Out of the machine's memory: the system kills before our next sample.
  const peakBytes = ended.usage.memoryPeakBytes ?? 0;
  const nearLimit = ended.signal === "SIGKILL" && peakBytes >= attempt.resources.memoryMb * 1024 * 1024 * 0.9;
  if (nearLimit && attempt.resources.memoryMb > 0) return { type: "memory_error", message };
  return { type: typeOfText(stderr.text().text, stdout.text().text) ?? "system_error", message };
}

function failedTests(evidence: Evidence): Finding | undefined {
  const { totals, collected, stderr, stdout } = evidence;
  if (!totals || totals.failed === 0) return undefined;
  const failures = listed(collected.reports);
  const [first] = failures;
  const type =
    typeOfText(...failures.map((failure) => `${failure.evidence ?? ""}\n${failure.message ?? ""}`)) ??
    (failures.some((failure) => failure.evidence) ? undefined : typeOfText(stderr.text().text, stdout.text().text)) ??
    "logic_error";
  const what = first ? `: ${clip(first.name, 256)}${first.message ? `: ${clip(first.message, 512)}` : ""}` : "";
  const message = `${totals.failed} of ${totals.total} tests failed${what}`;
  return { type, message, testsOnly: collected.reports.every((report) => report.incomplete === undefined) };
}

function exit({ ended, stdout, stderr }: Evidence): Finding | undefined {
  if (ended.exitCode === 0) return undefined;
  const conventional = own(CONVENTIONAL_EXITS, String(ended.exitCode));
  const type = typeOfText(stderr.text().text, stdout.text().text) ?? conventional ?? "logic_error";
  return { type, message: withLastLine(`the program ended with exit code ${ended.exitCode}`, stderr) };
}

function missingResults({ collected: { reports } }: Evidence): Finding | undefined {
  const broken = reports.find((report) => report.incomplete !== undefined);
  return broken && { type: "system_error", code: "HOST_RESULTS_INCOMPLETE", message: broken.incomplete ?? "" };
}

function withLastLine(text: string, stderr: BoundedCapture): string {
  const lines = stderr.end(2_048).split("\n");
  const last = lines.findLast((line) => line.trim() !== "");
  return last === undefined ? text : `${text}: ${clip(last.trim(), 512)}`;
}

function figures({ usedBytes, limitBytes }: LimitHit): string {
  const mib = (bytes: number): string => (bytes / (1024 * 1024)).toFixed(1);
  return `${mib(usedBytes)} MiB of ${mib(limitBytes)} MiB`;
}
