import type { Bus } from "../bus/bus.ts";
import { PolyphonError } from "../errors/error.ts";
import type { Attempt, AttemptProgress, AttemptSink, Program, ResourceUsage } from "../hosts/host.ts";
import { type Stop, stopReason } from "../hosts/stop.ts";
import type { SessionState } from "../sessions/state/session-state.ts";
import type { Command, Effect, StopReason } from "../wasm/codec.generated.ts";
import type { Values } from "./values.ts";

/** The kernel's order to run one attempt. */
export type Run = Extract<Effect, { type: "Run" }>;

export type LogLevel = Parameters<AttemptSink["log"]>[0];

/** What an attempt needs of the runtime. */
export interface AttemptParts {
  /** TypeID of an entity. */
  id(kind: "session" | "task" | "agent", handle: number): string;
  /** Outputs of the tasks that one waited for, by key. */
  outputs(task: number): Promise<Values>;
  /** What the tasks of a session share. */
  context(session: number): Promise<Values>;
  /** The bus as the agent that runs may use it. */
  bus(run: Run): Bus | undefined;
  /** What it shares with others of its session. */
  session(run: Run): SessionState | undefined;
  /** What the agent of an attempt saved last. */
  state(agent: number): Promise<unknown>;
  /** What is handed to an agent when it starts. */
  config(agent: number): unknown;
  /** Keeps a value for the next attempt of its agent. */
  save(run: Run, value: unknown): Promise<void>;
  /** Whether a criterion judges the pass rate of the task. */
  judgesPassRate(task: number): boolean;
  /** Hands a command to the kernel that nobody waits for. */
  send(command: Command): void;
  /** Hands a command to the kernel and waits until what it did is durable. */
  ask(command: Command): Promise<unknown>;
  /** How far a running attempt is. Volatile, as are the next two. */
  tick(run: Run, ppm: number): void;
  /** A line an agent wrote. */
  log(run: Run, level: LogLevel, text: string): void;
  /** What a running attempt uses. */
  usage(run: Run, usage: ResourceUsage): void;
}

/** What a task's payload holds. */
export interface TaskPayload {
  readonly input?: unknown;
  readonly program?: Program;
}

/** One attempt as its host sees it. Strings are made when somebody asks for them. */
export class RunningAttempt implements Attempt, AttemptSink, Stop {
  readonly effect: Run;
  readonly #parts: AttemptParts;
  #controller: AbortController | undefined;
  reason: Error | undefined;
  listener: (() => void) | undefined;
  #payload: TaskPayload | undefined;
  dir?: string;

  constructor(effect: Run, parts: AttemptParts) {
    this.effect = effect;
    this.#parts = parts;
  }

  accept(payload: TaskPayload | undefined): void {
    this.#payload = payload;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.reason !== undefined) this.#controller.abort(this.reason);
    }
    return this.#controller.signal;
  }

  get isRequested(): boolean {
    return this.reason !== undefined;
  }

  stop(reason: StopReason): void {
    if (this.reason !== undefined) return;
    this.reason = stopReasons[reason]();
    this.#controller?.abort(this.reason);
    this.listener?.();
  }

  get id(): string {
    return `${this.taskId}.${this.effect.fence}`;
  }
  get taskId(): string {
    return this.#parts.id("task", this.effect.task);
  }
  get sessionId(): string {
    return this.#parts.id("session", this.effect.session);
  }
  get agentId(): string {
    return this.#parts.id("agent", this.effect.agent);
  }
  get key(): string {
    return this.effect.key;
  }
  get number(): number {
    return this.effect.attempt;
  }
  get fence(): number {
    return this.effect.fence;
  }
  get input(): unknown {
    return this.#payload?.input;
  }
  get program(): Program | undefined {
    return this.#payload?.program;
  }
  get resources(): Attempt["resources"] {
    const { memoryMb, cpuMilli, diskMb } = this.effect.resources;
    return { memoryMb, cpuCores: cpuMilli / 1000, diskMb };
  }
  get timeoutMs(): number {
    return this.effect.timeoutMs;
  }
  get graceMs(): number {
    return this.effect.graceMs;
  }
  get toleratesFailedTests(): boolean {
    return this.#parts.judgesPassRate(this.effect.task);
  }
  outputs(): Promise<Values> {
    return this.#parts.outputs(this.effect.task);
  }
  context(): Promise<Values> {
    return this.#parts.context(this.effect.session);
  }
  get bus(): Bus | undefined {
    return this.#parts.bus(this.effect);
  }
  get session(): SessionState | undefined {
    return this.#parts.session(this.effect);
  }
  state(): Promise<unknown> {
    return this.#parts.state(this.effect.agent);
  }
  get config(): unknown {
    return this.#parts.config(this.effect.agent);
  }
  get recovery(): Attempt["recovery"] {
    const { recovery, errorType } = this.effect;
    if (recovery === null) return undefined;
    return { level: recovery[0], action: recovery[1], errorType: errorType ?? "other" };
  }

  progress({ percentage, message = "" }: AttemptProgress): void {
    const ppm = Math.round(Math.min(Math.max(percentage, 0), 100) * 10_000);
    this.#parts.send({ type: "ReportProgress", fence: this.effect.fence, ppm, message });
    this.#parts.tick(this.effect, ppm);
  }

  log(level: LogLevel, text: string): void {
    this.#parts.log(this.effect, level, text);
  }

  usage(usage: ResourceUsage): void {
    this.#parts.usage(this.effect, usage);
  }

  saveState(value: unknown): Promise<void> {
    return this.#parts.save(this.effect, value);
  }

  async extend(ms: number): Promise<void> {
    if (!Number.isFinite(ms) || ms < 0) {
      const message = `${String(ms)} is no time: an extension is 1 ms to a year.`;
      throw new PolyphonError("TASK_REPORT_INVALID", { message });
    }
    const lengthMs = Math.min(Math.ceil(ms), Number.MAX_SAFE_INTEGER);
    await this.#parts.ask({ type: "ExtendTask", fence: this.effect.fence, lengthMs });
  }
}

const stopReasons: Readonly<Record<StopReason, () => Error>> = {
  timeout: () => stopReason("timeout", "the attempt's time is over"),
  cancel: () => stopReason("cancelled", "the work was cancelled"),
  reassign: () => stopReason("agent_lost", "the work goes to another agent"),
};
