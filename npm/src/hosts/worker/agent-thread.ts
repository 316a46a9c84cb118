import { type MessagePort, Worker } from "node:worker_threads";
import { PolyphonError } from "../../errors/error.ts";
import type { Clock } from "../../runtime/clock.ts";
import { threadEntry } from "../../thread-entry.ts";
import type { WorkerDoor } from "../../transports/worker/worker-transport.ts";
import { LineSplitter } from "../formats/line-splitter.ts";
import type { AttemptError, AttemptResult, AttemptSink } from "../host.ts";
import { Reporter } from "../reporter.ts";
import { stopText, stopType } from "../stop.ts";
import { attemptError } from "../thrown.ts";
import { UNKNOWN_USAGE } from "../usage.ts";
import type { ThreadAttempt, ThreadData, ThreadOrder, ThreadRefusal, ThreadReport, ThreadSetup } from "./messages.ts";

/** A worker thread seen from outside. */
export class AgentThread {
  /** Heap limit it was made with, in MiB; 0 is none. */
  readonly memoryMb: number;
  readonly #worker: Worker;
  readonly #clock: Clock;
  #ended = false;
  #reporter: Reporter | undefined;
  #opened: ((port: MessagePort) => WorkerDoor | undefined) | undefined;
  #door: WorkerDoor | undefined;
  readonly #asked: (() => void)[] = [];
  #settle: ((result: AttemptResult) => void) | undefined;
  /** Who waits for the agent to be prepared or put away. */
  #setup: PromiseWithResolvers<void> | undefined;

  constructor(data: ThreadData, memoryMb: number, clock: Clock) {
    this.memoryMb = memoryMb;
    this.#clock = clock;
    this.#worker = new Worker(threadEntry(import.meta.url), {
      workerData: data,
      stdout: true,
      stderr: true,
      ...(memoryMb > 0 ? { resourceLimits: { maxOldGenerationSizeMb: memoryMb } } : {}),
    });
    this.#worker.on("message", (report: ThreadReport) => this.#take(report));
    this.#worker.on("messageerror", (error) => this.#crashed(crashError(error)));
    this.#worker.on("error", (error) => this.#crashed(crashError(error)));
    this.#worker.on("exit", (code) => this.#crashed(exitError(code)));
    this.#worker.stdout.on("data", this.#lines("info"));
    this.#worker.stderr.on("data", this.#lines("warn"));
  }

  /** Whether it can perform another attempt. */
  get usable(): boolean {
    return !this.#ended && this.#settle === undefined && this.#setup === undefined;
  }

  /**
   * Performs one attempt; one at a time. Never rejects. A thread that does not stop in time is ended. `openDoor` lets it use
   * the bus through a port.
   */
  async perform(
    attempt: ThreadAttempt,
    graceMs: number,
    sink: AttemptSink,
    signal: AbortSignal,
    openDoor: (port: MessagePort) => WorkerDoor | undefined,
  ): Promise<AttemptResult> {
    this.#opened = openDoor;
    const reporter = new Reporter(this.#clock, sink);
    this.#reporter = reporter;
    let cancelKill: (() => void) | undefined;
    const stop = (): void => {
      this.#order({ type: "stop", errorType: stopType(signal.reason), message: stopText(signal.reason) });
      cancelKill = this.#clock.after(graceMs, () => {
        this.#crashed(abandonedError(signal.reason, graceMs));
        void this.end();
      });
    };
    this.#worker.ref();
    const result = new Promise<AttemptResult>((resolve) => {
      this.#settle = resolve;
    });
    this.#order({ type: "perform", attempt });
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    try {
      return await result;
    } finally {
      signal.removeEventListener("abort", stop);
      cancelKill?.();
      reporter.end();
      this.#reporter = undefined;
      this.#opened = undefined;
      await this.#door?.close();
      this.#door = undefined;
      // An idle thread does not keep the process alive.
      this.#worker.unref();
    }
  }

  /** The agent it has prepared. */
  prepared: string | undefined;

  /** Loads the module and prepares the agent. Rejects when that fails; the thread ends when `signal` fires. */
  async prepare(agent: ThreadSetup, signal: AbortSignal): Promise<void> {
    await this.#exchange({ type: "prepare", agent }, signal);
    this.prepared = agent.agentId;
  }

  /** Puts the agent away it has prepared, if any. */
  async dispose(signal: AbortSignal): Promise<void> {
    if (this.prepared === undefined || !this.usable) return;
    this.prepared = undefined;
    await this.#exchange({ type: "dispose" }, signal);
  }

  async #exchange(order: ThreadOrder, signal: AbortSignal): Promise<void> {
    const setup = Promise.withResolvers<void>();
    this.#setup = setup;
    const stop = (): void => {
      setup.reject(signal.reason);
      void this.end();
    };
    signal.addEventListener("abort", stop, { once: true });
    this.#worker.ref();
    try {
      if (signal.aborted) stop();
      else this.#order(order);
      await setup.promise;
    } finally {
      signal.removeEventListener("abort", stop);
      this.#setup = undefined;
      this.#worker.unref();
    }
  }

  /** Resolves when the thread's event loop turns, with what it uses; one that hangs never answers. */
  alive(): Promise<void> {
    if (this.#ended) return Promise.resolve();
    return new Promise((resolve) => {
      this.#asked.push(resolve);
      if (this.#asked.length === 1) this.#order({ type: "ask" });
    });
  }

  /** Ends it by force. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#worker.terminate();
  }

  #order(order: ThreadOrder): void {
    this.#worker.postMessage(order);
  }

  #take(report: ThreadReport): void {
    if (report.type === "progress") this.#reporter?.progress(report.progress);
    else if (report.type === "log") this.#reporter?.log(report.level, report.text);
    else if (report.type === "settled") this.#settled(report.refusal);
    else if (report.type === "bus") this.#door = this.#opened?.(report.port);
    else if (report.type === "extend") void this.#answer(report.id, this.#reporter?.extend(report.ms));
    else if (report.type === "save") void this.#answer(report.id, this.#reporter?.saveState(report.value));
    else if (report.type === "alive") {
      for (const resolve of this.#asked.splice(0)) resolve();
      this.#reporter?.usage(report.usage);
    } else this.#finish(report.result);
  }

  /** Says what became of a request of the thread. */
  async #answer(id: number, done: Promise<void> | undefined): Promise<void> {
    let refusal: ThreadRefusal | null = null;
    try {
      await done;
    } catch (error) {
      const known = error instanceof PolyphonError ? error : new PolyphonError("STORE_IO", { message: String(error) });
      refusal = { code: known.code, message: known.message, retryable: known.retryable };
    }
    if (!this.#ended) this.#order({ type: "answered", id, refusal });
  }

  #settled(refusal: ThreadRefusal | null): void {
    if (refusal === null) this.#setup?.resolve();
    else this.#setup?.reject(new PolyphonError(refusal.code, { message: refusal.message }));
  }

  #crashed(error: AttemptError): void {
    this.#ended = true;
    this.#setup?.reject(new PolyphonError(error.code ?? "HOST_WORKER_CRASHED", { message: error.message }));
    // Its end is reported as such; it is no silence.
    for (const resolve of this.#asked.splice(0)) resolve();
    this.#finish({ ok: false, error, metrics: {}, artifacts: [], usage: UNKNOWN_USAGE, durationMs: 0 });
  }

  #finish(result: AttemptResult): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(result);
  }

  #lines(level: "info" | "warn"): (chunk: Buffer) => void {
    const splitter = new LineSplitter({
      line: (text) => this.#reporter?.log(level, text),
      deaf: () => this.#reporter?.admits() !== true,
    });
    return (chunk) => splitter.push(chunk);
  }
}

function crashError(error: unknown): AttemptError {
  const { message, details, type } = attemptError(error);
  if (type === "memory_error") {
    return {
      type,
      code: "HOST_MEMORY_LIMIT",
      message: `the thread's heap passed its limit: ${message}`,
      ...(details ? { details } : {}),
    };
  }
  return {
    type: "system_error",
    code: "HOST_WORKER_CRASHED",
    message: `the thread crashed: ${message}`,
    ...(details ? { details } : {}),
  };
}

function exitError(code: number): AttemptError {
  return {
    type: "system_error",
    code: "HOST_WORKER_CRASHED",
    message: `the thread ended with exit code ${code}`,
    details: { exitCode: code },
  };
}

function abandonedError(reason: unknown, graceMs: number): AttemptError {
  const message = `${stopText(reason)}; the agent did not end within ${graceMs} ms and its thread was ended`;
  return { type: stopType(reason), code: "HOST_ABANDONED", message, details: { graceMs } };
}
