import type { MessageHandler } from "../../bus/bus.ts";
import type { Message } from "../../bus/message.ts";
import type { PublishOptions, RequestOptions, SubscribeOptions } from "../../bus/options.ts";
import type { Subscription } from "../../bus/subscription.ts";
import { PolyphonError } from "../../errors/error.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Stream } from "../../runtime/stream.ts";
import type { SessionState } from "../../sessions/state/session-state.ts";
import type { AgentContext, AgentLog, ArtifactContent, ArtifactKeeper, AttemptInfo } from "../agent.ts";
import type { Artifact, Attempt, AttemptProgress, AttemptSink } from "../host.ts";
import { isName, MAX_ARTIFACTS, MAX_METRICS, PROGRESS_INTERVAL_MS } from "../limits.ts";
import { checkOutput } from "../output.ts";
import type { Stop } from "../stop.ts";
import { Throttle } from "../throttle.ts";
import { fenced, Messaging } from "./messaging.ts";

/** What a context needs of its host. */
export interface ContextTools {
  readonly clock: Clock;
  readonly artifacts: ArtifactKeeper | undefined;
  /** What was made for an agent when it was prepared. */
  instance(agentId: string): unknown;
}

/**
 * The context of one try. Everything a plain function may never ask for (signal, log, metrics, artifacts) is made on
 * first use: a try that returns a value costs this object and little else.
 */
export class FunctionContext implements AgentContext {
  readonly #attempt: Attempt;
  readonly #sink: AttemptSink;
  readonly #stop: Stop;
  readonly #tools: ContextTools;
  #controller: AbortController | undefined;
  #log: AgentLog | undefined;
  #throttle: Throttle<AttemptProgress> | undefined;
  #metrics: Map<string, number> | undefined;
  #artifacts: Promise<Artifact>[] | undefined;
  #kept: Artifact[] | undefined;
  #messaging: Messaging | undefined;
  #session: SessionState | undefined;
  #ended = false;

  constructor(attempt: Attempt, sink: AttemptSink, stop: Stop, tools: ContextTools) {
    this.#attempt = attempt;
    this.#sink = sink;
    this.#stop = stop;
    this.#tools = tools;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#stop.isRequested) this.#controller.abort(this.#stop.reason);
    }
    return this.#controller.signal;
  }

  get attempt(): AttemptInfo {
    return this.#attempt;
  }

  get recovery(): Attempt["recovery"] {
    return this.#attempt.recovery;
  }

  get config(): unknown {
    return this.#attempt.config;
  }

  get instance(): unknown {
    return this.#tools.instance(this.#attempt.agentId);
  }

  get session(): SessionState {
    this.#session ??= this.#attempt.session;
    if (this.#session === undefined) {
      const message = "The host of this agent cannot reach the state of its session.";
      throw new PolyphonError("HOST_STATE_UNSUPPORTED", { message });
    }
    return this.#session;
  }

  get log(): AgentLog {
    const write = (level: keyof AgentLog, text: string): void => {
      if (!this.#ended) this.#sink.log(level, text);
    };
    this.#log ??= {
      debug: (text) => write("debug", text),
      info: (text) => write("info", text),
      warn: (text) => write("warn", text),
      error: (text) => write("error", text),
    };
    return this.#log;
  }

  async outputs(): Promise<Readonly<Record<string, unknown>>> {
    return (await this.#attempt.outputs?.()) ?? {};
  }

  async context(): Promise<Readonly<Record<string, unknown>>> {
    return (await this.#attempt.context?.()) ?? {};
  }

  progress(progress: number | AttemptProgress): void {
    if (this.#ended) return;
    const given = typeof progress === "number" ? { percentage: progress } : progress;
    if (!Number.isFinite(given.percentage)) return;
    const percentage = Math.min(Math.max(given.percentage, 0), 100);
    this.#throttle ??= new Throttle(this.#tools.clock, PROGRESS_INTERVAL_MS, (latest) => this.#sink.progress(latest));
    this.#throttle.push({ ...given, percentage });
  }

  async extend(ms: number): Promise<void> {
    if (this.#ended) throw new PolyphonError("LEASE_FENCED", { message: "The try has ended: it gets no more time." });
    await this.#sink.extend(ms);
  }

  async state<T>(): Promise<T | undefined> {
    return (await this.#attempt.state?.()) as T | undefined;
  }

  async saveState(value: unknown): Promise<void> {
    if (this.#ended) throw new PolyphonError("LEASE_FENCED", { message: "The try has ended: it saves nothing." });
    const checked = value === undefined ? { value } : checkOutput(value);
    if ("problem" in checked) {
      const message = checked.problem.replace(/^output/, "state");
      throw new PolyphonError("PAYLOAD_INVALID", { message });
    }
    await this.#sink.saveState(checked.value);
  }

  metric(name: string, value: number): void {
    if (this.#ended) return;
    this.#metrics ??= new Map();
    const full = this.#metrics.size >= MAX_METRICS - 1 && !this.#metrics.has(name);
    if (!isName(name) || typeof value !== "number" || !Number.isFinite(value) || full) {
      const message = full
        ? `an attempt has at most ${MAX_METRICS} metrics`
        : `metric ${JSON.stringify(name)} = ${String(value)}: it needs a name of 1 to 256 bytes without control characters and a finite number`;
      throw new PolyphonError("HOST_METRIC_INVALID", { message });
    }
    this.#metrics.set(name, value);
  }

  artifact(name: string, content: ArtifactContent): Promise<Artifact> {
    this.#artifacts ??= [];
    const kept = this.#keep(name, content, this.#artifacts.length);
    if (!this.#ended) this.#artifacts.push(kept);
    // The result looks at it too: an agent that does not wait for its artifact must not break the process.
    kept.catch(() => undefined);
    return kept;
  }

  publish(subject: string, payload?: unknown, options?: PublishOptions): Promise<void> | undefined {
    return this.#bus.publish(subject, payload, options);
  }

  async request<R>(subject: string, payload?: unknown, options?: RequestOptions): Promise<R> {
    return this.#bus.request<R>(subject, payload, options);
  }

  requestMany<R>(subject: string, payload?: unknown, options?: RequestOptions): Stream<R> {
    return this.#bus.requestMany<R>(subject, payload, options);
  }

  subscribe<T>(pattern: string, options?: SubscribeOptions): Stream<Message<T>>;
  subscribe<T>(pattern: string, handler: MessageHandler<T>, options?: SubscribeOptions): Subscription;
  subscribe<T>(
    pattern: string,
    second?: MessageHandler<T> | SubscribeOptions,
    third?: SubscribeOptions,
  ): Stream<Message<T>> | Subscription {
    // One implementation behind both forms tells them apart.
    return this.#bus.subscribe<T>(pattern, second as MessageHandler<T>, third);
  }

  respond<T>(pattern: string, handler: MessageHandler<T>, options?: SubscribeOptions): Subscription {
    return this.#bus.respond<T>(pattern, handler, options);
  }

  /** Passes a request to end on to the agent. */
  stop(reason: unknown): void {
    this.#controller?.abort(reason);
    this.#messaging?.stop(reason);
  }

  /** Nothing the agent still does has an effect from here on. */
  end(): void {
    this.#ended = true;
    this.#throttle?.end();
    this.#messaging?.end();
  }

  get #bus(): Messaging {
    if (this.#messaging === undefined) {
      if (this.#ended) throw fenced();
      this.#messaging = new Messaging(this.#attempt);
      if (this.#stop.isRequested) this.#messaging.stop(this.#stop.reason);
    }
    return this.#messaging;
  }

  /** Artifacts the agent began to keep; `undefined` when none. */
  get artifacts(): readonly Promise<Artifact>[] | undefined {
    return this.#artifacts;
  }

  /** Artifacts that are durable by now; `undefined` when none. */
  get kept(): readonly Artifact[] | undefined {
    return this.#kept;
  }

  metrics(durationMs: number): Record<string, number> {
    const own = { execution_time: durationMs / 1_000 };
    return this.#metrics ? { ...Object.fromEntries(this.#metrics), ...own } : own;
  }

  async #keep(name: string, content: ArtifactContent, index: number): Promise<Artifact> {
    if (!this.#tools.artifacts) {
      throw new PolyphonError("HOST_ARTIFACT_UNSUPPORTED", {
        message: "This team has no folder to keep artifacts in.",
      });
    }
    if (!isName(name) || index >= MAX_ARTIFACTS) {
      const message = `artifact ${JSON.stringify(name)} was refused: a name has 1 to 256 bytes without control characters, an attempt at most ${MAX_ARTIFACTS} artifacts`;
      throw new PolyphonError("HOST_ARTIFACT_FAILED", { message });
    }
    const artifact = await this.#tools.artifacts.keep(name, content, this.#attempt);
    if (!this.#ended) {
      this.#kept ??= [];
      this.#kept.push(artifact);
    }
    return artifact;
  }
}
