import type { AgentStatus, Event, Payload } from "../../wasm/codec.generated.ts";
import type { AgentEntry } from "./entries.ts";

/** What an agent saved last. */
export interface StateEntry {
  readonly payload: Payload;
  readonly savedMs: number;
}

/** Agents as persisted events tell of them. */
export class AgentMirror {
  readonly #entries = new Map<number, AgentEntry>();
  readonly #pools = new Map<number, string>();
  /** Those of agents that were forgotten wait here for an heir, as in the kernel. */
  readonly #states = new Map<number, StateEntry>();

  get(handle: number): AgentEntry | undefined {
    return this.#entries.get(handle);
  }

  values(): IterableIterator<AgentEntry> {
    return this.#entries.values();
  }

  /** Enters an agent as a snapshot holds it. */
  restore(entry: AgentEntry): void {
    this.#entries.set(entry.handle, entry);
  }

  /** Name of a pool. */
  poolName(pool: number | null): string | null {
    return pool === null ? null : (this.#pools.get(pool) ?? `pool#${pool}`);
  }

  /** What an agent saved last. */
  state(handle: number): Payload | null {
    return this.#states.get(handle)?.payload ?? null;
  }

  stateView(handle: number): { readonly bytes: number; readonly savedMs: number } | null {
    const state = this.#states.get(handle);
    if (state === undefined) return null;
    const { payload, savedMs } = state;
    return { bytes: payload.type === "Inline" ? payload.bytes.length : payload.bytes, savedMs };
  }

  restoreState(handle: number, entry: StateEntry): void {
    this.#states.set(handle, entry);
  }

  restorePool(handle: number, key: string): void {
    this.#pools.set(handle, key);
  }

  apply(seq: number, timeMs: number, event: Event): undefined {
    switch (event.type) {
      case "AgentRegistered":
      case "AgentProvisioned":
        this.#entries.set(seq, {
          handle: seq,
          registeredMs: timeMs,
          spec: event.spec,
          status: event.type === "AgentRegistered" ? "registered" : "starting",
          health: "healthy",
          load: 0,
          completed: 0,
          failed: 0,
          pausedUntilMs: null,
        });
        return;
      case "AgentAttached":
        return this.#change(event.agent, (entry) => {
          entry.spec = event.spec;
          entry.status = "starting";
          entry.health = "healthy";
          entry.pausedUntilMs = null;
        });
      case "AgentStarted":
        return this.#change(event.agent, (entry) => {
          entry.status = ready(entry.load);
        });
      case "AgentDraining":
        return this.#become(event.agent, "draining");
      case "AgentStopped":
      case "AgentFailed":
        return this.#change(event.agent, (entry) => {
          entry.status = event.type === "AgentStopped" ? "stopped" : "failed";
          entry.health = "healthy";
          entry.pausedUntilMs = null;
        });
      case "AgentLost":
        return this.#change(event.agent, (entry) => {
          entry.status = "failed";
          entry.health = "unhealthy";
          entry.pausedUntilMs = null;
        });
      case "AgentStarting":
        return this.#change(event.agent, (entry) => {
          entry.status = "starting";
          entry.health = "healthy";
        });
      case "NodeStarted":
        for (const entry of this.#entries.values()) {
          entry.pausedUntilMs = null;
          if (entry.spec.host !== "remote") endWithNode(entry);
        }
        return;
      case "AgentHealthChanged":
        return this.#change(event.agent, (entry) => {
          entry.health = event.health;
        });
      case "AgentPaused":
        return this.#change(event.agent, (entry) => {
          entry.pausedUntilMs = event.untilMs;
        });
      case "AgentResumed":
        return this.#change(event.agent, (entry) => {
          entry.pausedUntilMs = null;
        });
      case "AgentStateSaved":
        if (event.state === null) this.#states.delete(event.agent);
        else this.#states.set(event.agent, { payload: event.state, savedMs: timeMs });
        return;
      case "AgentStateInherited": {
        const state = this.#states.get(event.from);
        this.#states.delete(event.from);
        if (state !== undefined) this.#states.set(event.agent, state);
        return;
      }
      case "AgentStateErased":
        this.#states.delete(event.agent);
        return;
      case "PoolDefined":
        this.#pools.set(seq, event.spec.key);
        return;
      case "PoolRemoved":
        this.#pools.delete(event.pool);
        return;
      case "AgentDeregistered":
        this.#entries.delete(event.agent);
        return;
      default:
        return;
    }
  }

  /** A task was granted to, or given back by, an agent. */
  load(handle: number, by: 1 | -1): AgentEntry | undefined {
    const entry = this.#entries.get(handle);
    if (entry === undefined) return undefined;
    entry.load = Math.max(0, entry.load + by);
    if (entry.status === "idle" || entry.status === "busy") entry.status = ready(entry.load);
    return entry;
  }

  #become(handle: number, status: AgentStatus): undefined {
    this.#change(handle, (entry) => {
      entry.status = status;
      entry.pausedUntilMs = null;
    });
  }

  #change(handle: number, change: (entry: AgentEntry) => void): undefined {
    const entry = this.#entries.get(handle);
    if (entry !== undefined) change(entry);
  }
}

/** Until when an agent takes on nothing new: nothing else wakes one that is in service. */
export function pauseOf(status: AgentStatus, wakeMs: number | null): number | null {
  return status === "idle" || status === "busy" ? wakeMs : null;
}

/** Agents of a node end with it. */
function endWithNode(entry: AgentEntry): void {
  const { status } = entry;
  if (status === "draining") entry.status = "stopped";
  else if (status === "starting" || status === "idle" || status === "busy") entry.status = "registered";
  entry.health = "healthy";
}

function ready(load: number): AgentStatus {
  return load === 0 ? "idle" : "busy";
}
