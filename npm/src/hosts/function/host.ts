import { HandleMap } from "../../handle-map.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { ArtifactKeeper, Perform } from "../agent.ts";
import type { AgentHost, Artifact, Attempt, AttemptError, AttemptResult, AttemptSink, ResourceUsage } from "../host.ts";
import { checkOutput } from "../output.ts";
import { stopReason, stopText, stopType } from "../stop.ts";
import { attemptError } from "../thrown.ts";
import { FunctionContext } from "./context.ts";

export interface FunctionHostOptions {
  readonly clock: Clock;
  /** Where artifacts go; without it `ctx.artifact` refuses with `HOST_ARTIFACT_UNSUPPORTED`. */
  readonly artifacts?: ArtifactKeeper;
}

/** A function shares its process with everything else: nothing can be measured for it alone. */
const UNKNOWN_USAGE: ResourceUsage = Object.freeze({ memoryPeakBytes: null, cpuMs: null, diskBytes: null });
const NO_ARTIFACTS: readonly Artifact[] = Object.freeze([]);

interface Running {
  stop(reason: unknown): void;
  abandon(error: AttemptError): void;
}

/** Runs an agent as a function of this process. It cannot be ended by force, only be abandoned. */
export function functionHost(perform: Perform, options: FunctionHostOptions): AgentHost {
  return new FunctionHost(perform, options);
}

class FunctionHost implements AgentHost {
  readonly kind = "function";
  readonly #perform: Perform;
  readonly #tools: { readonly clock: Clock; readonly artifacts: ArtifactKeeper | undefined };
  /** What did not answer at once, by its number. */
  readonly #running = new HandleMap<Running>();
  #started = 0;
  #closed = false;

  constructor(perform: Perform, options: FunctionHostOptions) {
    this.#perform = perform;
    this.#tools = { clock: options.clock, artifacts: options.artifacts };
  }

  run(attempt: Attempt, sink: AttemptSink, signal: AbortSignal): Promise<AttemptResult> {
    const startedMs = this.#tools.clock.monoMs();
    const ctx = new FunctionContext(attempt, sink, signal, this.#tools);
    if (this.#closed) return Promise.resolve(this.#failed(ctx, startedMs, closedError()));
    if (signal.aborted) return Promise.resolve(this.#failed(ctx, startedMs, stoppedError(signal.reason, undefined)));
    let answer: unknown;
    try {
      answer = this.#perform(attempt, ctx);
      if (!isThenable(answer) && !ctx.artifacts) return Promise.resolve(this.#done(ctx, startedMs, answer));
    } catch (error) {
      return Promise.resolve(this.#failed(ctx, startedMs, attemptError(error)));
    }
    return this.#wait(answer, ctx, startedMs, attempt.graceMs, signal);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const running of this.#running.values()) {
      running.stop(stopReason("cancelled", "the host was closed"));
      running.abandon(closedError());
    }
  }

  #wait(
    answer: unknown,
    ctx: FunctionContext,
    startedMs: number,
    graceMs: number,
    signal: AbortSignal,
  ): Promise<AttemptResult> {
    return new Promise((resolve) => {
      let cancelGrace: (() => void) | undefined;
      const number = ++this.#started;
      const settle = (make: () => AttemptResult): void => {
        if (!this.#running.delete(number)) return;
        signal.removeEventListener("abort", onAbort);
        cancelGrace?.();
        resolve(make());
      };
      const fail = (error: AttemptError): void => settle(() => this.#failed(ctx, startedMs, error));
      const running: Running = { stop: (reason) => ctx.stop(reason), abandon: fail };
      const onAbort = (): void => {
        ctx.stop(signal.reason);
        cancelGrace = this.#tools.clock.after(graceMs, () => fail(abandonedError(signal.reason, graceMs)));
      };
      this.#running.set(number, running);
      signal.addEventListener("abort", onAbort, { once: true });
      // The function may have waited synchronously past a request to end.
      if (signal.aborted) onAbort();
      const failed = (error: unknown): void =>
        fail(signal.aborted ? stoppedError(signal.reason, error) : attemptError(error));
      Promise.resolve(answer).then((output) => {
        const done = (): void => settle(() => this.#done(ctx, startedMs, output));
        if (ctx.artifacts) Promise.all(ctx.artifacts).then(done, failed);
        else done();
      }, failed);
    });
  }

  #done(ctx: FunctionContext, startedMs: number, output: unknown): AttemptResult {
    if (output === undefined) return this.#result(ctx, startedMs, { ok: true });
    const checked = checkOutput(output);
    if ("value" in checked) return this.#result(ctx, startedMs, { ok: true, output: checked.value });
    return this.#failed(ctx, startedMs, { type: "logic_error", code: "HOST_OUTPUT_INVALID", message: checked.problem });
  }

  #failed(ctx: FunctionContext, startedMs: number, error: AttemptError): AttemptResult {
    return this.#result(ctx, startedMs, { ok: false, error });
  }

  #result(
    ctx: FunctionContext,
    startedMs: number,
    outcome: Pick<AttemptResult, "ok" | "output" | "error">,
  ): AttemptResult {
    ctx.end();
    const durationMs = this.#tools.clock.monoMs() - startedMs;
    const artifacts = ctx.kept ?? NO_ARTIFACTS;
    return { ...outcome, metrics: ctx.metrics(durationMs), artifacts, usage: UNKNOWN_USAGE, durationMs };
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

function closedError(): AttemptError {
  return { type: "cancelled", code: "HOST_CLOSED", message: "The host was closed before the attempt ended." };
}

function stoppedError(reason: unknown, thrown: unknown): AttemptError {
  const error = thrown === undefined ? undefined : attemptError(thrown);
  const details = error ? { details: { ...error.details, thrown: error.message } } : {};
  return { type: stopType(reason), message: stopText(reason), ...details };
}

function abandonedError(reason: unknown, graceMs: number): AttemptError {
  const message = `${stopText(reason)}; the function did not end within ${graceMs} ms and was abandoned`;
  return { type: stopType(reason), code: "HOST_ABANDONED", message, details: { graceMs } };
}
