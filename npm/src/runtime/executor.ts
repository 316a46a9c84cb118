import type { AgentHost, Attempt, AttemptResult, AttemptSink, Program } from "../hosts/host.ts";
import { stopReason } from "../hosts/stop.ts";
import type { Command, Effect, Payload, Report, StopReason } from "../wasm/codec.generated.ts";
import type { Loop } from "./loop.ts";
import { type DraftRow, decodePayload, type Payloads } from "./payloads.ts";

type Run = Extract<Effect, { type: "Run" }>;

/** What the executor needs to know of the world. */
export interface ExecutorParts {
  readonly loop: Loop;
  readonly payloads: Payloads;
  loadPayload(key: string): Promise<Uint8Array | undefined>;
  /** TypeID of an entity. */
  id(kind: "session" | "task" | "agent", handle: number): string;
  /** Folder of a task, made when a host needs one. */
  directory(sessionId: string, key: string): Promise<string>;
  /** Tells a human of an escalation. */
  notify(escalation: number): Promise<void>;
  /** Whether a criterion judges the pass rate of the task. */
  judgesPassRate(task: number): boolean;
  /** A volatile report of a running attempt. */
  tick(session: number, task: number, ppm: number, message: string): void;
}

/** Does what the kernel's effects say with the hosts of this node, and reports what came of it. */
export class Executor {
  readonly #parts: ExecutorParts;
  readonly #hosts = new Map<number, AgentHost>();
  readonly #running = new Map<number, RunningAttempt>();
  #idle: (() => void)[] = [];
  #abandoned = false;
  readonly #notifying = new Set<number>();

  constructor(parts: ExecutorParts) {
    this.#parts = parts;
  }

  /** The host that runs attempts of an agent. */
  attach(agent: number, host: AgentHost): void {
    this.#hosts.set(agent, host);
  }

  detach(agent: number): void {
    this.#hosts.delete(agent);
  }

  /** Attempts that run now. */
  get size(): number {
    return this.#running.size;
  }

  act(effects: readonly Effect[]): void {
    for (const effect of effects) {
      switch (effect.type) {
        case "Run":
          // Given again after a restore: one that runs already goes on.
          if (!this.#running.has(effect.fence)) this.#start(effect);
          break;
        case "Stop":
          this.#running.get(effect.fence)?.stop(effect.reason);
          break;
        case "EndAgent":
          this.detach(effect.agent);
          this.#tell({ type: "ReportAgentStopped", agent: effect.agent, error: null, start: null });
          break;
        case "Notify":
          void this.#notify(effect);
          break;
        case "StartAgent": {
          const { agent, start } = effect;
          if (this.#hosts.has(agent)) this.#tell({ type: "ReportAgentStarted", agent, start });
          else this.#tell({ type: "ReportAgentStopped", agent, error: "no host of this node runs it", start });
          break;
        }
      }
    }
  }

  /** The end of an attempt is durable: it will not be given again. */
  ended(fence: number): void {
    this.#running.delete(fence);
    if (this.#running.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Resolves when no attempt runs and every end is durable. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /**
   * Asks every attempt to end and reports on none of them any more: the next owner of the journal grants them again,
   * and their end here does not count as a failure.
   */
  abandon(): void {
    this.#abandoned = true;
    for (const attempt of this.#running.values()) attempt.stop("reassign");
  }

  /** A durable effect: given again until its end is in the journal, so whoever is told may be told twice. */
  async #notify({ effect, escalation }: Extract<Effect, { type: "Notify" }>): Promise<void> {
    if (this.#notifying.has(effect)) return;
    this.#notifying.add(effect);
    let detail = "";
    try {
      await this.#parts.notify(escalation);
    } catch (error) {
      detail = error instanceof Error ? error.message : String(error);
    }
    this.#tell({ type: "FinishEffect", effect, ok: detail === "", detail });
  }

  #tell(command: Command): void {
    if (!this.#abandoned) this.#parts.loop.send(command);
  }

  #start(effect: Run): void {
    const running = new RunningAttempt(effect, this.#parts);
    this.#running.set(effect.fence, running);
    const host = this.#hosts.get(effect.agent);
    if (host === undefined) {
      this.#report(effect, lost());
      return;
    }
    const { input } = effect;
    if (input === null || input.type === "Inline") {
      running.accept(input === null ? undefined : decodeInline(input));
      this.#run(host, running);
    } else {
      void this.#load(host, running, input);
    }
  }

  async #load(host: AgentHost, running: RunningAttempt, input: Payload): Promise<void> {
    try {
      running.accept((await decodePayload(input, this.#parts.loadPayload)) as TaskPayload | undefined);
      this.#run(host, running);
    } catch (error) {
      this.#report(running.effect, broken(error));
    }
  }

  #run(host: AgentHost, running: RunningAttempt): void {
    const start = host.kind === "process" ? this.#prepare(host, running) : host.run(running, running, running.signal);
    start.then(
      (result) => this.#report(running.effect, result),
      (error: unknown) => this.#report(running.effect, broken(error)),
    );
  }

  async #prepare(host: AgentHost, running: RunningAttempt): Promise<AttemptResult> {
    running.dir = await this.#parts.directory(running.sessionId, running.key);
    return host.run(running, running, running.signal);
  }

  #report(effect: Run, result: AttemptResult): void {
    if (this.#abandoned) return;
    const { fence } = effect;
    const refused = (): void => this.ended(fence);
    const rows: DraftRow[] = [];
    const options = { rows, owner: effect.session };
    try {
      const { loop, payloads } = this.#parts;
      const report = reportOf(result, payloads, rows);
      if (result.ok) {
        loop.send({ type: "CompleteTask", fence, report }, options, refused);
      } else {
        const { type, message, details } = result.error ?? { type: "other", message: "the attempt failed" };
        const error = { errorType: type, message, details: payloads.encode(details, rows) };
        loop.send({ type: "FailTask", fence, error, report }, options, refused);
      }
    } catch (error) {
      const { type, message } = broken(error).error as { type: string; message: string };
      const failure = { errorType: type, message, details: null };
      this.#parts.loop.send({ type: "FailTask", fence, error: failure, report: emptyReport() }, {}, refused);
    }
  }
}

/** What a task's payload holds. */
export interface TaskPayload {
  readonly input?: unknown;
  readonly program?: Program;
}

/** One attempt as its host sees it. Strings are made when somebody asks for them. */
class RunningAttempt implements Attempt, AttemptSink {
  readonly effect: Run;
  readonly #parts: ExecutorParts;
  #controller: AbortController | undefined;
  #stopped: StopReason | undefined;
  #payload: TaskPayload | undefined;
  dir?: string;

  constructor(effect: Run, parts: ExecutorParts) {
    this.effect = effect;
    this.#parts = parts;
  }

  accept(payload: TaskPayload | undefined): void {
    this.#payload = payload;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#stopped !== undefined) this.#controller.abort(stopReasons[this.#stopped]());
    }
    return this.#controller.signal;
  }

  stop(reason: StopReason): void {
    this.#stopped = reason;
    this.#controller?.abort(stopReasons[reason]());
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
  get recovery(): Attempt["recovery"] {
    const { recovery, errorType } = this.effect;
    if (recovery === null) return undefined;
    return { level: recovery[0], action: recovery[1], errorType: errorType ?? "other" };
  }

  progress({ percentage, message = "" }: { readonly percentage: number; readonly message?: string }): void {
    const ppm = Math.round(Math.min(Math.max(percentage, 0), 100) * 10_000);
    const { fence, session, task } = this.effect;
    this.#parts.loop.send({ type: "ReportProgress", fence, ppm, message });
    this.#parts.tick(session, task, ppm, message);
  }

  log(): void {}

  usage(): void {}
}

function decodeInline(payload: Extract<Payload, { type: "Inline" }>): TaskPayload {
  return JSON.parse(decoder.decode(payload.bytes)) as TaskPayload;
}

function reportOf(result: AttemptResult, payloads: Payloads, rows: DraftRow[]): Report {
  const { metrics, output, artifacts, usage, exitCode } = result;
  return {
    metrics: Object.entries(metrics)
      .filter(([, value]) => Number.isFinite(value))
      .map(([name, value]): [string, number] => [name, micro(value)])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
    output: payloads.encode(output, rows),
    artifacts: artifacts.map(({ name, path, bytes, sha256 }) => ({ name, path, bytes, sha256: fromHex(sha256) })),
    usage: {
      memoryPeakBytes: whole(usage.memoryPeakBytes),
      cpuMs: whole(usage.cpuMs),
      diskBytes: whole(usage.diskBytes),
    },
    exitCode: exitCode ?? null,
  };
}

function emptyReport(): Report {
  const usage = { memoryPeakBytes: null, cpuMs: null, diskBytes: null };
  return { metrics: [], output: null, artifacts: [], usage, exitCode: null };
}

/** A measured value in millionths, within what an exact number can hold. */
function micro(value: number): number {
  const most = Number.MAX_SAFE_INTEGER;
  return Math.min(Math.max(Math.round(value * 1_000_000), -most), most);
}

function whole(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, index) =>
    Number.parseInt(text.slice(index * 2, index * 2 + 2), 16),
  );
}

function lost(): AttemptResult {
  return failed("agent_lost", "the agent is not attached to this node");
}

function broken(error: unknown): AttemptResult {
  return failed("system_error", error instanceof Error ? error.message : String(error));
}

function failed(type: string, message: string): AttemptResult {
  const usage = { memoryPeakBytes: null, cpuMs: null, diskBytes: null };
  return { ok: false, metrics: {}, artifacts: [], usage, durationMs: 0, error: { type, message } };
}

const stopReasons: Readonly<Record<StopReason, () => Error>> = {
  timeout: () => stopReason("timeout", "the attempt's time is over"),
  cancel: () => stopReason("cancelled", "the work was cancelled"),
  reassign: () => stopReason("agent_lost", "the work goes to another agent"),
};

const decoder = new TextDecoder();
