import type { Attempt, AttemptError, Program } from "../host.ts";
import type { Reporter } from "../reporter.ts";
import { stopText, stopType } from "../stop.ts";
import { BoundedCapture } from "./capture.ts";
import { own } from "./environment.ts";
import { Execution } from "./execution.ts";
import { spawnError } from "./refusal.ts";
import type { ProcessTools } from "./tools.ts";

export interface RecoveryParts {
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly reporter: Reporter;
}

/**
 * Runs the command of the recovery this try stands for, if it has one. Answers why the try cannot be made: the error
 * keeps the type of what was to be recovered from, so that the next level of recovery follows.
 */
export async function recover(
  tools: ProcessTools,
  attempt: Attempt,
  program: Program,
  parts: RecoveryParts,
): Promise<AttemptError | undefined> {
  const { recovery } = attempt;
  const argv = recovery && own(program.recoveries, recovery.action)?.argv;
  if (!recovery || !argv) return undefined;
  const output = new BoundedCapture();
  const take = (chunk: Buffer): void => output.push(chunk);
  const command = { argv, cwd: program.cwd, env: parts.env, stdin: "", stdout: take, stderr: take };
  parts.reporter.note(`recovery ${recovery.action}: ${argv.join(" ")}`);
  const ended = await new Execution(tools, attempt, command).run(parts.dir, parts.signal, () => undefined);
  if (ended.exitCode === 0 && !ended.stopped && !ended.limit) return undefined;
  const how = ended.refused
    ? spawnError(ended.refused, argv).message
    : ended.stopped
      ? stopText(parts.signal.reason)
      : ended.limit
        ? `it used more ${ended.limit.kind} than the task may`
        : ended.signal
          ? `it was ended by ${ended.signal}`
          : `it ended with exit code ${ended.exitCode}`;
  return {
    type: ended.stopped ? stopType(parts.signal.reason) : recovery.errorType,
    code: "HOST_RECOVERY_FAILED",
    message: `recovery ${recovery.action} failed: ${how}`,
    details: { recovery, exitCode: ended.exitCode, signal: ended.signal, output: output.end(4_096) },
  };
}
