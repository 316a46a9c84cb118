import { PolyphonError } from "../../errors/error.ts";
import { HandleMap } from "../../handle-map.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { AgentCode, ArtifactKeeper, Perform } from "../agent.ts";
import type { AgentHost, AgentSetup, Artifact, Attempt, AttemptError, AttemptResult, AttemptSink } from "../host.ts";
import { checkOutput } from "../output.ts";
import { SignalStop, type Stop, stopReason, stopText, stopType } from "../stop.ts";
import { attemptError } from "../thrown.ts";
import { UNKNOWN_USAGE } from "../usage.ts";
import { type ContextTools, FunctionContext } from "./context.ts";

export interface FunctionHostOptions {
  readonly clock: Clock;
  /** Where artifacts go; without it `ctx.artifact` refuses with `HOST_ARTIFACT_UNSUPPORTED`. */
  readonly artifacts?: ArtifactKeeper;
}

/** A function shares its process with everything else: nothing can be measured for it alone. */
const NO_ARTIFACTS: readonly Artifact[] = Object.freeze([]);

interface Running {
  stop(reason: unknown): void;
  abandon(error: AttemptError): void;
}

/** Runs an agent as a function of this process. It cannot be ended by force, only be abandoned. */
export function functionHost(code: AgentCode, options: FunctionHostOptions): AgentHost {
  return new FunctionHost(code, options);
}

/** What {@link functionHost} makes. */
export class FunctionHost implements AgentHost {
  readonly kind = "function";
  readonly #perform: Perform;
  readonly #tools: ContextTools;
  /** What was made for each agent when it was prepared. */
  readonly #instances = new Map<string, unknown>();
  readonly start?: (agent: AgentSetup) => Promise<void>;
  readonly stop?: (agent: AgentSetup) => Promise<void>;
  /** What did not answer at once, by its number. */
  readonly #running = new HandleMap<Running>();
  #started = 0;
  #closed = false;

  constructor(code: AgentCode, options: FunctionHostOptions) {
    this.#perform = performOf(code);
    const instance = (agentId: string): unknown => this.#instances.get(agentId);
    this.#tools = { clock: options.clock, artifacts: options.artifacts, instance };
    if (typeof code === "function" || (code.start === undefined && code.stop === undefined)) return;
    this.start = async (agent) => {
      this.#instances.set(agent.agentId, await code.start?.(agent));
    };
    this.stop = async (agent) => {
      const { agentId } = agent;
      if (!this.#instances.has(agentId)) return;
      try {
        await code.stop?.(this.#instances.get(agentId), agent);
      } finally {
        this.#instances.delete(agentId);
      }
    };
  }

  run(attempt: Attempt, sink: AttemptSink, signal: AbortSignal): Promise<AttemptResult> {
    return Promise.resolve(this.runUntil(attempt, sink, new SignalStop(signal)));
  }

  /** {@link FunctionHost.run} without a signal of the platform, and without a promise for a function that answers at once. */
  runUntil(attempt: Attempt, sink: AttemptSink, stop: Stop): Promise<AttemptResult> | AttemptResult {
    const startedMs = this.#tools.clock.monoMs();
    const ctx = new FunctionContext(attempt, sink, stop, this.#tools);
    if (this.#closed) return this.#failed(ctx, startedMs, closedError());
    if (stop.isRequested) return this.#failed(ctx, startedMs, stoppedError(stop.reason, undefined));
    let answer: unknown;
    try {
      answer = this.#perform(attempt, ctx);
      if (!isThenable(answer) && !ctx.artifacts) return this.#done(ctx, startedMs, answer);
    } catch (error) {
      return this.#failed(ctx, startedMs, attemptError(error));
    }
    return this.#wait(answer, ctx, startedMs, attempt.graceMs, stop);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const running of this.#running.values()) {
      running.stop(stopReason("cancelled", "the host was closed"));
      running.abandon(closedError());
    }
  }

  #wait(answer: unknown, ctx: FunctionContext, startedMs: number, graceMs: number, stop: Stop): Promise<AttemptResult> {
    return new Promise((resolve) => {
      let cancelGrace: (() => void) | undefined;
      const number = ++this.#started;
      const settle = (make: () => AttemptResult): void => {
        if (!this.#running.delete(number)) return;
        stop.listener = undefined;
        cancelGrace?.();
        resolve(make());
      };
      const fail = (error: AttemptError): void => settle(() => this.#failed(ctx, startedMs, error));
      const running: Running = { stop: (reason) => ctx.stop(reason), abandon: fail };
      const onStop = (): void => {
        ctx.stop(stop.reason);
        cancelGrace = this.#tools.clock.after(graceMs, () => fail(abandonedError(stop.reason, graceMs)));
      };
      this.#running.set(number, running);
      // The function may have waited synchronously past a request to end.
      if (stop.isRequested) onStop();
      else stop.listener = onStop;
      const failed = (error: unknown): void =>
        fail(stop.isRequested ? stoppedError(stop.reason, error) : attemptError(error));
      Promise.resolve(answer).then((output) => {
        const done = (): void => settle(() => this.#done(ctx, startedMs, output));
        if (ctx.artifacts) Promise.all(ctx.artifacts).then(done, failed);
        else done();
      }, failed);
    });
  }

  #done(ctx: FunctionContext, startedMs: number, output: unknown): AttemptResult {
    const checked = output === undefined ? undefined : checkOutput(output);
    if (checked !== undefined && "problem" in checked) {
      const { problem } = checked;
      return this.#failed(ctx, startedMs, { type: "logic_error", code: "HOST_OUTPUT_INVALID", message: problem });
    }
    const durationMs = this.#end(ctx, startedMs);
    const metrics = ctx.metrics(durationMs);
    const artifacts = ctx.kept ?? NO_ARTIFACTS;
    if (checked === undefined) return { ok: true, metrics, artifacts, usage: UNKNOWN_USAGE, durationMs };
    return { ok: true, output: checked.value, metrics, artifacts, usage: UNKNOWN_USAGE, durationMs };
  }

  #failed(ctx: FunctionContext, startedMs: number, error: AttemptError): AttemptResult {
    const durationMs = this.#end(ctx, startedMs);
    const metrics = ctx.metrics(durationMs);
    return { ok: false, error, metrics, artifacts: ctx.kept ?? NO_ARTIFACTS, usage: UNKNOWN_USAGE, durationMs };
  }

  /** Nothing the function still does counts; answers how long it took, in milliseconds. */
  #end(ctx: FunctionContext, startedMs: number): number {
    ctx.end();
    return this.#tools.clock.monoMs() - startedMs;
  }
}

/** What performs tasks, with its behavior as `this`. */
function performOf(code: AgentCode): Perform {
  if (typeof code === "function") return code;
  if (typeof code?.perform === "function") return (task, ctx) => code.perform(task, ctx);
  const message =
    "The code of an agent is a function or an object with a function `perform`; it comes last: agent(name, options, code).";
  throw new PolyphonError("AGENT_INVALID", { message });
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
