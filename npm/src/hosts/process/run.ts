import { mkdir } from "node:fs/promises";
import type { TestReport } from "../formats/test-report.ts";
import type {
  Artifact,
  Attempt,
  AttemptError,
  AttemptResult,
  AttemptSink,
  Program,
  ResourceUsage,
  TestTotals,
} from "../host.ts";
import { attemptError } from "../thrown.ts";
import { keepArtifacts } from "./artifacts.ts";
import { BoundedCapture } from "./capture.ts";
import { type Evidence, judge } from "./classify.ts";
import { environmentOf } from "./environment.ts";
import { type Command, Execution } from "./execution.ts";
import { fillProgram } from "./placeholders.ts";
import { recover } from "./recovery.ts";
import { refuseProgram, spawnError } from "./refusal.ts";
import { Reporter } from "./reporter.ts";
import { type Collected, Results } from "./results/results.ts";
import { type ProcessTools, UNKNOWN_USAGE } from "./tools.ts";

const MIB = 1024 * 1024;

/** One attempt in a child process: its recovery, its program, its results. */
export class ProcessRun {
  readonly #tools: ProcessTools;
  readonly #attempt: Attempt;
  readonly #reporter: Reporter;
  readonly #signal: AbortSignal;
  readonly #startedMs: number;

  constructor(tools: ProcessTools, attempt: Attempt, sink: AttemptSink, signal: AbortSignal) {
    this.#tools = tools;
    this.#attempt = attempt;
    this.#reporter = new Reporter(tools.clock, sink);
    this.#signal = signal;
    this.#startedMs = tools.clock.monoMs();
  }

  /** Never rejects. */
  async run(): Promise<AttemptResult> {
    try {
      const refused = await refuseProgram(this.#attempt);
      return refused ? this.#failed(refused) : await this.#perform();
    } catch (error) {
      return this.#failed(attemptError(error));
    } finally {
      this.#reporter.end();
    }
  }

  async #perform(): Promise<AttemptResult> {
    const { program: template, dir } = this.#attempt as Attempt & { program: Program; dir: string };
    const { number: attempt, key: id } = this.#attempt;
    const program = fillProgram(template, { dir, attempt, id, node: process.execPath });
    await mkdir(dir, { recursive: true });
    const results = new Results(program, this.#reporter, this.#tools.clock);
    const { teamId } = this.#tools;
    const env = environmentOf(
      { teamId, attempt: this.#attempt, program, dir, resultsPath: results.linesPath },
      process.env,
    );
    const unrecovered = await recover(this.#tools, this.#attempt, program, {
      dir,
      env,
      signal: this.#signal,
      reporter: this.#reporter,
    });
    if (unrecovered) return this.#failed(unrecovered);
    return this.#execute(program, dir, env, results);
  }

  async #execute(program: Program, dir: string, env: Record<string, string>, results: Results): Promise<AttemptResult> {
    const stdout = new BoundedCapture();
    const stderr = new BoundedCapture();
    const takers = { stdout: results.stdout(), stderr: results.plainLines("warn") };
    const command: Command = {
      argv: program.argv,
      cwd: program.cwd,
      env,
      stdin: `${JSON.stringify(this.#document())}\n`,
      stdout: both(stdout, takers.stdout),
      stderr: both(stderr, takers.stderr),
      ...(results.usesPipe ? { pipe: results.pipe() } : {}),
    };
    await results.begin();
    const startedMs = this.#tools.clock.monoMs();
    const execution = new Execution(this.#tools, this.#attempt, command);
    const ended = await execution.run(dir, this.#signal, (usage) => this.#reporter.usage(usage));
    const executionMs = this.#tools.clock.monoMs() - startedMs;
    const collected = await results.finish();
    if (ended.refused) return this.#failed(spawnError(ended.refused, program.argv));
    for (const note of ended.notes) this.#reporter.note(note);
    const totals = totalsOf(collected.reports);
    const evidence: Evidence = {
      attempt: this.#attempt,
      program,
      ended,
      collected,
      totals,
      stdout,
      stderr,
      stopReason: this.#signal.reason,
    };
    return this.#result(
      evidence,
      executionMs,
      await keepArtifacts(this.#tools.artifacts, program, dir, collected, this.#reporter),
    );
  }

  #result(
    evidence: Evidence,
    executionMs: number,
    kept: { artifacts: readonly Artifact[]; error?: AttemptError },
  ): AttemptResult {
    const { ended, collected, totals } = evidence;
    const verdict = judge(evidence);
    const tolerated = verdict?.testsOnly === true && this.#attempt.toleratesFailedTests === true && !kept.error;
    const error = verdict?.error ?? kept.error;
    return {
      ok: !error || tolerated,
      output: outputOf(evidence),
      metrics: metricsOf(collected, totals, ended.usage, executionMs),
      artifacts: kept.artifacts,
      ...(error ? { error } : {}),
      usage: ended.usage,
      durationMs: this.#elapsedMs(),
      exitCode: ended.exitCode,
    };
  }

  /** What the program finds on its standard input. */
  #document(): unknown {
    const { id, taskId, key, sessionId, agentId, number, fence, input, resources, timeoutMs, graceMs, recovery, dir } =
      this.#attempt;
    return {
      task: { id: taskId, key, session: sessionId, agent: agentId },
      input: input ?? null,
      attempt: { id, number, fence, timeoutMs, graceMs },
      recovery: recovery ?? null,
      resources,
      dir,
    };
  }

  #failed(error: AttemptError): AttemptResult {
    const durationMs = this.#elapsedMs();
    const metrics = { execution_time: durationMs / 1_000 };
    return { ok: false, error, metrics, artifacts: [], usage: UNKNOWN_USAGE, durationMs, exitCode: null };
  }

  #elapsedMs(): number {
    return this.#tools.clock.monoMs() - this.#startedMs;
  }
}

function both(capture: BoundedCapture, taker: (chunk: Buffer) => void): (chunk: Buffer) => void {
  return (chunk) => {
    capture.push(chunk);
    taker(chunk);
  };
}

function totalsOf(reports: readonly TestReport[]): TestTotals | undefined {
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

function outputOf({ collected: { protocol }, ended, totals, stdout, stderr }: Evidence): unknown {
  if (protocol.result) return protocol.result.output;
  return {
    exitCode: ended.exitCode,
    stdout: stdout.text(),
    stderr: stderr.text(),
    ...(totals ? { tests: totals } : {}),
  };
}
