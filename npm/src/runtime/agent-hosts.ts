import type { AgentHost } from "../hosts/host.ts";
import type { Command, Effect } from "../wasm/codec.generated.ts";
import type { Heartbeats } from "./heartbeats.ts";

type StartAgent = Extract<Effect, { type: "StartAgent" }>;
type EndAgent = Extract<Effect, { type: "EndAgent" }>;

/** Which host runs which agent of this node. What starts and ends is the kernel's decision; here it is only done. */
export class AgentHosts {
  readonly #agents = new Map<number, AgentHost>();
  readonly #pools = new Map<number, AgentHost>();
  /** Starts of pools whose host is not there yet; the kernel gives them up after its own time. */
  readonly #early = new Map<number, StartAgent>();
  readonly #id: (agent: number) => string;
  readonly #tell: (command: Command) => void;
  readonly #heartbeats: Heartbeats;

  constructor(id: (agent: number) => string, tell: (command: Command) => void, heartbeats: Heartbeats) {
    this.#id = id;
    this.#tell = tell;
    this.#heartbeats = heartbeats;
  }

  /** The host that runs attempts of an agent. */
  of(agent: number): AgentHost | undefined {
    return this.#agents.get(agent);
  }

  /** An agent that came with its host. */
  attach(agent: number, host: AgentHost, heartbeatMs: number): void {
    this.#agents.set(agent, host);
    this.#heartbeats.watch(agent, heartbeatMs, () => host.alive?.(this.#id(agent)) ?? true);
  }

  /** The agent is forgotten: it will not be started again. */
  detach(agent: number): void {
    this.#agents.delete(agent);
    this.#heartbeats.unwatch(agent);
  }

  /** The host for every agent the kernel starts in a pool. */
  attachPool(pool: number, host: AgentHost): void {
    this.#pools.set(pool, host);
    for (const effect of [...this.#early.values()].filter(({ spec }) => spec.pool === pool)) {
      this.#early.delete(effect.agent);
      this.start(effect);
    }
  }

  /** Starts an agent, or starts it again; a host that knows of no life in it says so. */
  start(effect: StartAgent): void {
    const { agent, spec } = effect;
    const ofPool = spec.pool === null ? undefined : this.#pools.get(spec.pool);
    const host = ofPool ?? this.#agents.get(agent);
    if (host !== undefined) void this.#begin(effect, host);
    else if (spec.pool !== null) this.#early.set(agent, effect);
    else this.#stopped(effect, "no host of this node runs it");
  }

  /** An agent need not run any more. Its host stays known, so that it can be started again. */
  end({ agent }: EndAgent, isOutOfReach: boolean): void {
    const host = this.#agents.get(agent);
    this.#heartbeats.unwatch(agent);
    host?.ended?.(this.#id(agent), isOutOfReach ? "lost" : "stopped");
    // It may work on, and nobody has seen its end.
    if (isOutOfReach) return;
    this.#tell({ type: "ReportAgentStopped", agent, error: null, start: null });
  }

  async #begin(effect: StartAgent, host: AgentHost): Promise<void> {
    const { agent, start, spec } = effect;
    try {
      const isAlive = host.alive === undefined || (await host.alive(this.#id(agent)));
      if (!isAlive) return this.#stopped(effect, "its host sees no sign of life");
    } catch (error) {
      return this.#stopped(effect, error instanceof Error ? error.message : String(error));
    }
    this.attach(agent, host, spec.heartbeatMs);
    this.#tell({ type: "ReportAgentStarted", agent, start });
  }

  #stopped({ agent, start }: StartAgent, error: string): void {
    this.#heartbeats.unwatch(agent);
    this.#tell({ type: "ReportAgentStopped", agent, error, start });
  }
}
