import { mkdir } from "node:fs/promises";
import { attemptValues, fillProgram } from "../../config/program.ts";
import type { Attempt, AttemptError, AttemptResult, AttemptSink, Program } from "../host.ts";
import { Reporter } from "../reporter.ts";
import { attemptError } from "../thrown.ts";
import { UNKNOWN_USAGE } from "../usage.ts";
import { keepArtifacts } from "./artifacts.ts";
import { BoundedCapture } from "./capture.ts";
import type { Command } from "./child.ts";
import type { Evidence } from "./classify.ts";
import { environmentOf } from "./environment.ts";
import { Execution } from "./execution.ts";
import { outcomeOf, totalsOf } from "./outcome.ts";
import { ProgramBus } from "./program-bus.ts";
import { ProgramInput } from "./program-input.ts";
import { recover } from "./recovery.ts";
import { refuseForm, refuseProgram, spawnError } from "./refusal.ts";
import { Results } from "./results/results.ts";
import type { ProcessTools } from "./tools.ts";

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
      const { program: template, dir } = this.#attempt;
      const misformed = template && refuseForm(template);
      if (misformed) return this.#failed(misformed);
      const program = template && fillProgram(template, attemptValues(this.#attempt, process.execPath));
      const refused = await refuseProgram(program, dir);
      return refused ? this.#failed(refused) : await this.#perform(program as Program, dir as string);
    } catch (error) {
      return this.#failed(attemptError(error));
    } finally {
      this.#reporter.end();
    }
  }

  async #perform(program: Program, dir: string): Promise<AttemptResult> {
    await mkdir(dir, { recursive: true });
    const input = program.bus === true ? new ProgramInput((text) => this.#reporter.note(text)) : undefined;
    const bus = input && new ProgramBus(this.#attempt, input, this.#tools.clock);
    const results = new Results(program, this.#reporter, this.#tools.clock, bus);
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
    if (bus === undefined) return this.#execute(program, dir, env, results);
    const stop = (): void => bus.stop(this.#signal.reason);
    this.#signal.addEventListener("abort", stop, { once: true });
    if (this.#signal.aborted) stop();
    try {
      return await this.#execute(program, dir, env, results, input);
    } finally {
      this.#signal.removeEventListener("abort", stop);
      await bus.end();
    }
  }

  async #execute(
    program: Program,
    dir: string,
    env: Record<string, string>,
    results: Results,
    more?: ProgramInput,
  ): Promise<AttemptResult> {
    const stdout = new BoundedCapture();
    const stderr = new BoundedCapture();
    const takers = { stdout: results.stdout(), stderr: results.plainLines("warn") };
    const command: Command = {
      argv: program.argv,
      cwd: program.cwd,
      env,
      stdin: `${JSON.stringify(await this.#document())}\n`,
      stdout: both(stdout, takers.stdout),
      stderr: both(stderr, takers.stderr),
      ...(more === undefined ? {} : { more }),
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
      stdoutIsResults: results.readStdout,
      stopReason: this.#signal.reason,
    };
    const kept = await keepArtifacts(this.#tools.artifacts, program, dir, collected, this.#reporter);
    return outcomeOf(evidence, kept, { executionMs, durationMs: this.#elapsedMs() });
  }

  /** What the program finds on its standard input. */
  async #document(): Promise<unknown> {
    const { id, taskId, key, sessionId, agentId, number, fence, input, resources, timeoutMs, graceMs, recovery, dir } =
      this.#attempt;
    return {
      task: { id: taskId, key, session: sessionId, agent: agentId },
      input: input ?? null,
      outputs: (await this.#attempt.outputs?.()) ?? {},
      context: (await this.#attempt.context?.()) ?? {},
      config: this.#attempt.config ?? null,
      state: (await this.#attempt.state?.()) ?? null,
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
