import { PolyphonError } from "../errors/error.ts";
import type { AgentHost, AgentSetup } from "../hosts/host.ts";
import { within } from "../hosts/within.ts";
import type { Command, Effect, Event } from "../wasm/codec.generated.ts";
import type { Clock } from "./clock.ts";
import type { Heartbeats } from "./heartbeats.ts";

type StartAgent = Omit<Extract<Effect, { type: "StartAgent" }>, "start" | "type"> & {
  /** Fence of the request; `null` when the agent came by itself. */
  readonly start: number | null;
};
type EndAgent = Extract<Effect, { type: "EndAgent" }>;

/** Where an agent runs, and what is handed to it there. */
export interface Hosted {
  readonly host: AgentHost;
  readonly config: unknown;
}

/** What the hosts of a node need of the runtime. */
export interface AgentHostsParts {
  readonly clock: Clock;
  readonly heartbeats: Heartbeats;
  /** TypeID of an agent. */
  id(agent: number): string;
  tell(command: Command): void;
  /** What the agent saved last. */
  state(agent: number): Promise<unknown>;
  /** Time an agent has to start and to be put away, in milliseconds. */
  limits(): { readonly startMs: number; readonly stopMs: number };
}

/** A prepared agent, or one that is being prepared or put away. */
interface Life {
  readonly hosted: Hosted;
  readonly setup: AgentSetup;
  readonly controller: AbortController;
  /** Settles when it has been prepared. */
  starting: Promise<unknown>;
  stopping: Promise<void> | undefined;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: PolyphonError) => void;
}

/** Which host runs which agent of this node. What starts and ends is the kernel's decision; here it is only done. */
export class AgentHosts {
  readonly #parts: AgentHostsParts;
  readonly #agents = new Map<number, Hosted>();
  readonly #pools = new Map<number, Hosted>();
  /** Starts of pools whose host is not there yet; the kernel gives them up after its own time. */
  readonly #early = new Map<number, StartAgent>();
  /** Agents whose host prepares them. */
  readonly #lives = new Map<number, Life>();
  /** Those that wait for an agent to be in service, and what its last start failed for. */
  readonly #waiting = new Map<number, Waiting>();
  readonly #failures = new Map<number, string>();
  #isClosed = false;
  /** Starts that were asked for, until the agent is to end. */
  readonly #starts = new Map<number, { readonly start: number | null; isDone: boolean }>();

  constructor(parts: AgentHostsParts) {
    this.#parts = parts;
  }

  /** The host that runs attempts of an agent. */
  of(agent: number): AgentHost | undefined {
    return this.#agents.get(agent)?.host;
  }

  /** What is handed to an agent. */
  config(agent: number): unknown {
    return this.#agents.get(agent)?.config;
  }

  /** Makes known where an agent runs; it is not in service yet. */
  adopt(agent: number, hosted: Hosted): void {
    this.#agents.set(agent, hosted);
  }

  /** An agent that came with its host. */
  attach(agent: number, hosted: Hosted, heartbeatMs: number): void {
    this.#agents.set(agent, hosted);
    const before = this.#lives.get(agent);
    if (before !== undefined && before.hosted.host !== hosted.host) void this.#putAway(agent, before);
    const { heartbeats, id } = this.#parts;
    const { host } = hosted;
    const alive = (): boolean | Promise<boolean> => host.alive?.(id(agent)) ?? true;
    heartbeats.watch(agent, heartbeatMs, alive, () => host.usage?.(id(agent)));
  }

  /** The host for every agent the kernel starts in a pool. */
  attachPool(pool: number, hosted: Hosted): void {
    this.#pools.set(pool, hosted);
    for (const effect of [...this.#early.values()].filter(({ spec }) => spec.pool === pool)) {
      this.#early.delete(effect.agent);
      this.start(effect);
    }
  }

  /** Starts an agent, or starts it again; a host that cannot prepare it, or knows of no life in it, says so. */
  start(effect: StartAgent): void {
    if (this.#isClosed) return;
    const { agent, start, spec } = effect;
    const known = this.#starts.get(agent);
    if (known !== undefined && start !== null && known.start === start) {
      // Asked for again after a restore: what is being done is, and what was done may not have been heard of.
      if (known.isDone) this.#parts.tell({ type: "ReportAgentStarted", agent, start });
      return;
    }
    const ofPool = spec.pool === null ? undefined : this.#pools.get(spec.pool);
    const hosted = ofPool ?? this.#agents.get(agent);
    if (hosted !== undefined) void this.#begin(effect, hosted);
    else if (spec.pool !== null) this.#early.set(agent, effect);
    else this.#stopped(effect, "no host of this node runs it");
  }

  /** An agent need not run any more. Its host stays known, so that it can be started again. */
  end({ agent }: EndAgent, isOutOfReach: boolean): void {
    const { heartbeats, id, tell } = this.#parts;
    heartbeats.unwatch(agent);
    this.#early.delete(agent);
    this.#starts.delete(agent);
    this.of(agent)?.ended?.(id(agent), isOutOfReach ? "lost" : "stopped");
    // It may work on, and nobody has seen its end.
    if (isOutOfReach) return;
    const ended = (): void => tell({ type: "ReportAgentStopped", agent, error: null, start: null });
    const life = this.#lives.get(agent);
    if (life === undefined) ended();
    else void this.#putAway(agent, life).then(ended);
  }

  /** Resolves when the agent is in service; `HOST_START_FAILED` when it was given up or removed before. */
  inService(agent: number): Promise<void> {
    return new Promise((resolve, reject) => this.#waiting.set(agent, { resolve, reject }));
  }

  /** Follows what is in the journal. */
  happened(event: Event): void {
    switch (event.type) {
      case "AgentStarted":
        this.#failures.delete(event.agent);
        this.#settle(event.agent)?.resolve();
        return;
      case "AgentFailed":
        if (this.#waiting.has(event.agent)) this.#failures.set(event.agent, event.error);
        return;
      case "AgentGivenUp":
      case "AgentStopped":
        this.#settle(event.agent)?.reject(this.#failed(event.agent));
        return;
      case "AgentDeregistered":
        this.#forget(event.agent);
        return;
      case "PoolRemoved":
        this.#pools.delete(event.pool);
        return;
      default:
        return;
    }
  }

  /** Resolves when every agent that is being put away was. */
  async settled(): Promise<void> {
    await Promise.all([...this.#lives.values()].map(({ stopping }) => stopping));
  }

  /** Puts every agent away. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#starts.clear();
    const disposed = new PolyphonError("RUNTIME_DISPOSED", { message: "The team was closed." });
    for (const agent of [...this.#waiting.keys()]) this.#settle(agent)?.reject(disposed);
    await Promise.all([...this.#lives].map(([agent, life]) => this.#putAway(agent, life)));
  }

  async #begin(effect: StartAgent, hosted: Hosted): Promise<void> {
    const { agent, start, spec } = effect;
    const { host } = hosted;
    const asked = { start, isDone: false };
    this.#starts.set(agent, asked);
    const isWanted = (): boolean => this.#starts.get(agent) === asked;
    try {
      if (host.start !== undefined) await this.#prepare(effect, hosted, isWanted);
      const isAlive = !isWanted() || host.alive === undefined || (await host.alive(this.#parts.id(agent)));
      if (!isAlive) throw new Error("its host sees no sign of life");
    } catch (error) {
      if (isWanted()) this.#stopped(effect, error instanceof Error ? error.message : String(error));
      return;
    }
    if (!isWanted()) return;
    asked.isDone = true;
    this.attach(agent, hosted, spec.heartbeatMs);
    this.#parts.tell({ type: "ReportAgentStarted", agent, start });
  }

  /** Rejects when its host could not prepare the agent in time. */
  async #prepare({ agent, spec }: StartAgent, hosted: Hosted, isWanted: () => boolean): Promise<void> {
    const { clock, id, state, limits } = this.#parts;
    // An earlier life ends first.
    const before = this.#lives.get(agent);
    if (before !== undefined) await this.#putAway(agent, before);
    if (!isWanted()) return;
    const controller = new AbortController();
    const { signal } = controller;
    const setup = { agentId: id(agent), name: spec.key, config: hosted.config, signal, state: () => state(agent) };
    const life: Life = { hosted, setup, controller, starting: Promise.resolve(), stopping: undefined };
    this.#lives.set(agent, life);
    life.starting = Promise.resolve().then(() => hosted.host.start?.(setup));
    const { startMs } = limits();
    try {
      if (!(await within(clock, life.starting, startMs))) throw new Error(`it was not prepared within ${startMs} ms`);
    } catch (error) {
      controller.abort(error);
      void this.#putAway(agent, life);
      throw error;
    }
  }

  /** Puts an agent away, once; never rejects and takes no longer than it may. */
  #putAway(agent: number, life: Life): Promise<void> {
    life.stopping ??= this.#stop(agent, life);
    return life.stopping;
  }

  async #stop(agent: number, life: Life): Promise<void> {
    const { clock, limits } = this.#parts;
    const { hosted, setup } = life;
    life.controller.abort(new Error("the agent is to end"));
    const controller = new AbortController();
    const stopped = async (): Promise<void> => {
      // What is late is put away too.
      await life.starting.catch(() => undefined);
      await hosted.host.stop?.({ ...setup, signal: controller.signal });
    };
    const { stopMs } = limits();
    // What it leaves behind by failing here is its own; it is over either way.
    const isInTime = await within(clock, stopped(), stopMs).catch(() => true);
    if (!isInTime) controller.abort(new Error(`the agent was not put away within ${stopMs} ms`));
    if (this.#lives.get(agent) === life) this.#lives.delete(agent);
  }

  /** The agent is forgotten: it will not be started again. */
  #forget(agent: number): void {
    this.#agents.delete(agent);
    this.#early.delete(agent);
    this.#starts.delete(agent);
    this.#parts.heartbeats.unwatch(agent);
    this.#settle(agent)?.reject(this.#failed(agent));
    this.#failures.delete(agent);
    const life = this.#lives.get(agent);
    if (life !== undefined) void this.#putAway(agent, life);
  }

  #settle(agent: number): Waiting | undefined {
    const waiting = this.#waiting.get(agent);
    this.#waiting.delete(agent);
    return waiting;
  }

  #failed(agent: number): PolyphonError {
    const error = this.#failures.get(agent);
    this.#failures.delete(agent);
    const why = error === undefined ? "it was ended before" : error;
    const message = `the agent ${this.#parts.id(agent)} did not come into service: ${why}`;
    return new PolyphonError("HOST_START_FAILED", { message, details: { agent: this.#parts.id(agent) } });
  }

  #stopped({ agent, start }: StartAgent, error: string): void {
    this.#starts.delete(agent);
    this.#parts.heartbeats.unwatch(agent);
    this.#parts.tell({ type: "ReportAgentStopped", agent, error, start });
  }
}
