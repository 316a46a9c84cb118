import type { AgentMirror } from "../runtime/mirror/agents.ts";
import type { AgentEntry } from "../runtime/mirror/entries.ts";
import type { AgentOptions, PoolOptions } from "../team/options.ts";
import type { AgentSpec, HostKind, AgentVitals as KernelVitals, PoolSpec } from "../wasm/codec.generated.ts";
import { byCodePoint } from "../wasm/text-order.ts";
import type { AgentId } from "./id.ts";

/** An agent of the team, as its owner holds it. */
export interface Agent {
  readonly name: string;
  /** Resolves with the agent's id when it can be given work. */
  readonly ready: Promise<AgentId>;
  /** Lets it finish what it has, then ends it. */
  stop(reason?: string): Promise<void>;
  /** Forgets it once it is out of service; `AGENT_TRANSITION` before, so stop it first. Its name is free afterwards. */
  deregister(reason?: string): Promise<void>;
}

/** An agent around the one that orchestrates: the name teams of satellites have for an {@link Agent} and its life. */
export type SatelliteAgent = Agent;

/** A pool of the team, as its owner holds it. */
export interface Pool {
  readonly name: string;
  /** Resolves when the pool is in the journal; rejects with `POOL_INVALID` and others. */
  readonly ready: Promise<void>;
  /** Lets its agents finish what they have, ends them, and forgets the pool. */
  stop(reason?: string): Promise<void>;
}

/** An agent as the team sees it. */
export interface AgentView {
  /** TypeID, `agent_…`. */
  readonly id: AgentId;
  readonly name: string;
  readonly type: string;
  readonly status: "registered" | "starting" | "idle" | "busy" | "draining" | "stopped" | "failed";
  /** One that takes on nothing new for a while is degraded at least. */
  readonly health: "healthy" | "degraded" | "unhealthy";
  /** Until when it takes on nothing new because its policies refused an attempt, in milliseconds since the epoch; else `null`. */
  readonly pausedUntilMs: number | null;
  /** Name of the pool it belongs to. */
  readonly pool: string | null;
  readonly capabilities: readonly string[];
  readonly load: number;
  readonly maxLoad: number;
  readonly completed: number;
  readonly failed: number;
  /** What it keeps for its next attempt; `null`: nothing. */
  readonly state: AgentStateView | null;
  /** What is heard of it now; `null` where nobody listens, as in a journal that is only read. */
  readonly vitals: AgentVitals | null;
}

/** What an agent saved last; `ctx.state()` reads it. */
export interface AgentStateView {
  /** Its size as JSON. */
  readonly bytes: number;
  /** When it was saved, in milliseconds since the epoch. */
  readonly savedMs: number;
}

/** Signs of life of an agent. Volatile: gone with the process. */
export interface AgentVitals {
  /**
   * Suspicion (φ): 1 says that silence of this length has a chance of one in ten, 2 of one in a hundred. By default an
   * agent is degraded from 3 and unhealthy from 8. 0 for an agent that is not watched.
   */
  readonly suspicion: number;
  /** Milliseconds since its last sign of life; `null` when it is not watched. */
  readonly silenceMs: number | null;
  /** Memory of what it works on, in bytes; `null` where its host cannot tell. */
  readonly memoryBytes: number | null;
  /** Cores it keeps busy, measured from one sign of life to the next; `null` where its host cannot tell. */
  readonly cpuCores: number | null;
}

const FUNCTION_LOAD = 1_024;
const HEARTBEAT_MS = 30_000;
const POOL_IDLE_MS = 60_000;
const PPM = 1_000_000;

/** What the kernel is told of an agent. */
export function agentSpec(name: string, host: HostKind, options: AgentOptions): AgentSpec {
  return {
    key: name,
    agentType: options.type ?? "worker",
    capabilities: [...new Set(options.capabilities ?? [])].sort(byCodePoint),
    permission: options.permission ?? "full",
    kind: options.kind ?? "specialized",
    host,
    priority: options.priority ?? 0,
    maxLoad: options.maxLoad ?? (host === "function" ? FUNCTION_LOAD : 1),
    version: options.version ?? "",
    pool: null,
    heartbeatMs: options.heartbeatMs ?? HEARTBEAT_MS,
  };
}

/** What the kernel is told of a pool. */
export function poolSpec(name: string, host: HostKind, options: PoolOptions): PoolSpec {
  return {
    key: name,
    template: agentSpec(name, host, options),
    min: options.min ?? 0,
    max: options.max,
    scaleUpPpm: Math.round((options.scaleUp ?? 0.8) * PPM),
    scaleDownPpm: Math.round((options.scaleDown ?? 0.3) * PPM),
    queueDepth: options.queueDepth ?? 0,
    idleTimeoutMs: options.idleTimeoutMs ?? POOL_IDLE_MS,
    replaceUnhealthy: options.replaceUnhealthy ?? true,
  };
}

/** An agent as its owner sees it. */
export function projectAgent(entry: AgentEntry, id: AgentId, known: AgentMirror, heard?: KernelVitals): AgentView {
  const { handle, spec, status, load, completed, failed, pausedUntilMs } = entry;
  return {
    id,
    name: spec.key,
    type: spec.agentType,
    status,
    health: pausedUntilMs !== null && entry.health === "healthy" ? "degraded" : entry.health,
    pausedUntilMs,
    pool: known.poolName(spec.pool),
    capabilities: spec.capabilities,
    load,
    maxLoad: spec.maxLoad,
    completed,
    failed,
    state: known.stateView(handle),
    vitals: heard === undefined ? null : projectVitals(heard),
  };
}

function projectVitals({ phiMilli, silenceMs, memoryBytes, cpuMilli }: KernelVitals): AgentVitals {
  return { suspicion: phiMilli / 1_000, silenceMs, memoryBytes, cpuCores: cpuMilli === null ? null : cpuMilli / 1_000 };
}
