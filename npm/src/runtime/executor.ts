import type { Queues } from "../bus/queue/queues.ts";
import { PolyphonError } from "../errors/error.ts";
import { HandleMap } from "../handle-map.ts";
import { FunctionHost } from "../hosts/function/host.ts";
import type { AgentHost, AttemptError, AttemptResult, ResourceUsage } from "../hosts/host.ts";
import { UNKNOWN_USAGE } from "../hosts/usage.ts";
import type { Command, Effect, Heartbeat, Payload } from "../wasm/codec.generated.ts";
import { AgentHosts, type Hosted } from "./agent-hosts.ts";
import { type AttemptParts, type Run, RunningAttempt, type TaskPayload } from "./attempt.ts";
import { emptyReport, errorOf, reportOf } from "./attempt-report.ts";
import type { Clock } from "./clock.ts";
import { Heartbeats } from "./heartbeats.ts";
import type { Loop } from "./loop.ts";
import { type DraftRow, decodeInline, decodePayload, type PayloadSource, type Payloads } from "./payloads.ts";
import type { Asker } from "./waiting.ts";

/** What the executor needs to know of the world. */
export interface ExecutorParts extends Omit<AttemptParts, "send" | "ask" | "save" | "config"> {
  readonly loop: Loop;
  readonly clock: Clock;
  readonly payloads: Payloads;
  readonly source: PayloadSource;
  readonly queues: Queues;
  /** Whether an agent runs elsewhere, and may come to this node later than its work. */
  isRemote(agent: number): boolean;
  /** Whether an agent that runs elsewhere is out of service because it was silent. */
  isOutOfReach(agent: number): boolean;
  /** Folder of a task, made when a host needs one. */
  directory(sessionId: string, key: string): Promise<string>;
  /** Time agents have to start and to be put away. */
  limits(): { readonly startMs: number; readonly stopMs: number };
  /** Tells a human of an escalation. */
  notify(escalation: number): Promise<void>;
  /** Agents gave signs of life. */
  beat(beats: readonly Heartbeat[]): void;
}

/** Does what the kernel's effects say with the hosts of this node, and reports what came of it. */
export class Executor {
  readonly #parts: ExecutorParts;
  readonly #attempts: AttemptParts;
  /** The hosts of this node's agents. */
  readonly hosts: AgentHosts;
  readonly #heartbeats: Heartbeats;
  readonly #running = new HandleMap<RunningAttempt>();
  /** Attempts of remote agents that have not attached to this node yet. */
  readonly #held = new Map<number, Set<RunningAttempt>>();
  #idle: (() => void)[] = [];
  #abandoned = false;
  readonly #notifying = new Set<number>();
  /** Hears of reports that were refused. */
  readonly #reporting: Asker = {
    settle: () => undefined,
    fail: (refusal, command) => this.#refused(fenceOf(command), refusal),
  };
  /** Hears when even the report that a report was refused is refused. */
  readonly #failing: Asker = { settle: () => undefined, fail: (_, command) => this.ended(fenceOf(command), false) };

  constructor(parts: ExecutorParts) {
    this.#parts = parts;
    const send = (command: Command): void => this.#tell(command);
    this.#heartbeats = new Heartbeats(parts.clock, (beats) => {
      send({ type: "ReportHeartbeats", beats });
      parts.beat(beats);
    });
    this.hosts = new AgentHosts({
      clock: parts.clock,
      heartbeats: this.#heartbeats,
      id: (handle) => parts.id("agent", handle),
      tell: send,
      state: (handle) => parts.state(handle),
      limits: () => parts.limits(),
    });
    this.#attempts = {
      send,
      ask: async (command) => {
        if (this.#abandoned) throw new PolyphonError("RUNTIME_DISPOSED", { message: "The team is closed." });
        return parts.loop.submit(command);
      },
      id: (kind, handle) => parts.id(kind, handle),
      outputs: (task) => parts.outputs(task),
      context: (session) => parts.context(session),
      bus: (run) => parts.bus(run),
      session: (run) => parts.session(run),
      state: (agent) => parts.state(agent),
      save: (run, value) => this.#save(run, value),
      config: (agent) => this.hosts.config(agent),
      judgesPassRate: (task) => parts.judgesPassRate(task),
      tick: (run, ppm) => parts.tick(run, ppm),
      log: (run, level, text) => parts.log(run, level, text),
      usage: (run, usage) => this.#used(run, usage),
    };
  }

  /** Attempts that run now. */
  get size(): number {
    return this.#running.size;
  }

  /** An agent that came with its host; what waited for it begins. */
  attach(agent: number, hosted: Hosted, heartbeatMs: number): void {
    const { host } = hosted;
    this.hosts.attach(agent, hosted, heartbeatMs);
    const held = this.#held.get(agent) ?? [];
    this.#held.delete(agent);
    for (const running of held) this.#give(host, running);
  }

  act(effects: readonly Effect[]): void {
    for (const effect of effects) {
      switch (effect.type) {
        case "Run":
          // Given again after a restore: one that runs already goes on.
          if (!this.#running.has(effect.fence)) this.#start(effect);
          break;
        case "Stop":
          this.#stop(effect);
          break;
        case "EndAgent":
          this.hosts.end(effect, this.#parts.isOutOfReach(effect.agent));
          break;
        case "StartAgent":
          this.hosts.start(effect);
          break;
        case "EraseStates":
          this.#eraseStates(effect);
          break;
        case "Notify":
          void this.#notify(effect);
          break;
        case "Deliver":
        case "ErasePayloads":
          if (!this.#abandoned) this.#parts.queues.act(effect);
          break;
      }
    }
  }

  /** The end of an attempt is durable, as a success or not: it will not be given again. */
  ended(fence: number, completed: boolean): void {
    const running = this.#running.get(fence);
    if (running === undefined) return;
    this.#running.delete(fence);
    const { agent } = running.effect;
    this.#held.get(agent)?.delete(running);
    this.#heartbeats.attemptEnded(agent, fence);
    this.hosts.of(agent)?.settled?.(fence, completed);
    if (this.#running.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Resolves when no attempt runs and every end is durable. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /**
   * Asks every attempt to end and reports on none of them any more: the next owner of the journal grants them again,
   * and their end here does not count as a failure. Remote agents go on, and report to the next owner.
   */
  abandon(): void {
    this.#abandoned = true;
    this.#heartbeats.stop();
    for (const attempt of this.#running.values()) {
      if (!this.#parts.isRemote(attempt.effect.agent)) attempt.stop("reassign");
    }
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

  /** The rows go with the commit that says so; what is not written is asked for again. */
  #eraseStates({ rows }: Extract<Effect, { type: "EraseStates" }>): void {
    if (this.#abandoned) return;
    const discards = rows.map(([discard]) => discard);
    const drop = rows.map(([, key]) => key);
    this.#parts.loop.send({ type: "FinishStateErasure", discards }, { drop });
  }

  /** Behind it stands whatever the attempt says later, its end too. */
  async #save({ fence, agent }: Run, value: unknown): Promise<void> {
    if (this.#abandoned) throw new PolyphonError("RUNTIME_DISPOSED", { message: "The team is closed." });
    const { loop, payloads } = this.#parts;
    const rows: DraftRow[] = [];
    const state = payloads.encode(value, rows);
    await loop.submit({ type: "SaveAgentState", fence, state }, { rows, owner: agent });
  }

  #tell(command: Command): void {
    if (!this.#abandoned) this.#parts.loop.send(command);
  }

  #start(effect: Run): void {
    const running = new RunningAttempt(effect, this.#attempts);
    this.#running.set(effect.fence, running);
    const { agent } = effect;
    const host = this.hosts.of(agent);
    if (host !== undefined) this.#give(host, running);
    else if (!this.#parts.isRemote(agent)) this.#report(effect, lost());
    else this.#held.set(agent, (this.#held.get(agent) ?? new Set()).add(running));
  }

  #stop({ fence, reason }: Extract<Effect, { type: "Stop" }>): void {
    const running = this.#running.get(fence);
    if (running === undefined) return;
    running.stop(reason);
    if (this.#held.get(running.effect.agent)?.delete(running)) this.#report(running.effect, lost());
  }

  #give(host: AgentHost, running: RunningAttempt): void {
    const { input, fence } = running.effect;
    host.expect?.(fence);
    if (input === null || input.type === "Inline") {
      running.accept(input === null ? undefined : (decodeInline(input) as TaskPayload));
      this.#run(host, running);
    } else {
      void this.#load(host, running, input);
    }
  }

  async #load(host: AgentHost, running: RunningAttempt, input: Payload): Promise<void> {
    try {
      running.accept((await decodePayload(input, this.#parts.source)) as TaskPayload | undefined);
      this.#run(host, running);
    } catch (error) {
      this.#report(running.effect, broken(error));
    }
  }

  #run(host: AgentHost, running: RunningAttempt): void {
    const begun = this.#begin(host, running);
    if (!(begun instanceof Promise)) {
      this.#report(running.effect, begun);
      return;
    }
    begun.then(
      (result) => this.#report(running.effect, result),
      (error: unknown) => this.#report(running.effect, broken(error)),
    );
  }

  /** A function that answers at once has its result at once: most have nothing to wait for. */
  #begin(host: AgentHost, running: RunningAttempt): Promise<AttemptResult> | AttemptResult {
    if (host.kind === "process") return this.#prepare(host, running);
    if (host instanceof FunctionHost) return host.runUntil(running, running, running);
    return host.run(running, running, running.signal);
  }

  async #prepare(host: AgentHost, running: RunningAttempt): Promise<AttemptResult> {
    running.dir = await this.#parts.directory(running.sessionId, running.key);
    return host.run(running, running, running.signal);
  }

  #used(run: Run, usage: ResourceUsage): void {
    this.#heartbeats.used(run.agent, run.fence, usage);
    this.#parts.usage(run, usage);
  }

  #report(effect: Run, result: AttemptResult): void {
    if (this.#abandoned) return;
    this.#heartbeats.used(effect.agent, effect.fence, result.usage);
    const { fence, session } = effect;
    const { loop, payloads } = this.#parts;
    const rows: DraftRow[] = [];
    const options = { rows, owner: session };
    try {
      const report = reportOf(result, payloads, rows);
      if (result.refused !== undefined && !result.ok) {
        const error = errorOf(result.error ?? UNAVAILABLE, payloads, rows);
        loop.send({ type: "RefuseTask", fence, error, pauseMs: pauseOf(result.refused) }, options, this.#reporting);
      } else if (result.ok) {
        const tolerated = result.error === undefined ? null : errorOf(result.error, payloads, rows);
        loop.send({ type: "CompleteTask", fence, report, tolerated }, options, this.#reporting);
      } else {
        const error = errorOf(result.error ?? { type: "other", message: "the attempt failed" }, payloads, rows);
        loop.send({ type: "FailTask", fence, error, report }, options, this.#reporting);
      }
    } catch (error) {
      const { type, message } = broken(error).error as { type: string; message: string };
      const failure = { errorType: type, message, details: null };
      loop.send({ type: "FailTask", fence, error: failure, report: emptyReport() }, {}, this.#reporting);
    }
  }

  /** Left at that, an attempt whose report breaks a rule would run until its time is over. */
  #refused(fence: number, refusal: Error): void {
    if (refusal instanceof PolyphonError && refusal.code === "LEASE_FENCED") {
      this.ended(fence, false);
      return;
    }
    const error = { errorType: "report_invalid", message: refusal.message, details: null };
    const report = emptyReport();
    this.#parts.loop.send({ type: "FailTask", fence, error, report }, {}, this.#failing);
  }
}

const UNAVAILABLE: AttemptError = { type: "agent_unavailable", message: "the agent did not take it on" };

/** Whose report it is. */
function fenceOf(command: Command): number {
  return "fence" in command ? command.fence : 0;
}

/** A whole time the kernel can hold to its bounds, whatever a host says. */
function pauseOf({ pauseMs }: NonNullable<AttemptResult["refused"]>): number {
  return pauseMs > 0 ? Math.min(Math.ceil(pauseMs), Number.MAX_SAFE_INTEGER) : 0;
}

function lost(): AttemptResult {
  return failed("agent_lost", "the agent is not attached to this node");
}

function broken(error: unknown): AttemptResult {
  return failed("system_error", error instanceof Error ? error.message : String(error));
}

function failed(type: string, message: string): AttemptResult {
  return { ok: false, metrics: {}, artifacts: [], usage: UNKNOWN_USAGE, durationMs: 0, error: { type, message } };
}
