import type { AgentOptions } from "../team/options.ts";
import type { AgentSpec, HostKind } from "../wasm/codec.generated.ts";

/** An agent of the team, as its owner holds it. */
export interface Agent {
  readonly name: string;
  /** Resolves with the agent's id when it can be given work. */
  readonly ready: Promise<string>;
  /** Lets it finish what it has, then ends it. */
  stop(reason?: string): Promise<void>;
}

/** An agent as the team sees it. */
export interface AgentView {
  /** TypeID, `agent_…`. */
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly status: "registered" | "starting" | "idle" | "busy" | "draining" | "stopped" | "failed";
  readonly health: "healthy" | "degraded" | "unhealthy";
  readonly capabilities: readonly string[];
  readonly load: number;
  readonly maxLoad: number;
  readonly completed: number;
  readonly failed: number;
}

const FUNCTION_LOAD = 100;

/** What the kernel is told of an agent. */
export function agentSpec(name: string, host: HostKind, options: AgentOptions): AgentSpec {
  return {
    key: name,
    agentType: options.type ?? "worker",
    capabilities: [...new Set(options.capabilities ?? [])].sort(),
    permission: options.permission ?? "full",
    kind: options.kind ?? "specialized",
    host,
    priority: options.priority ?? 0,
    maxLoad: options.maxLoad ?? (host === "function" ? FUNCTION_LOAD : 1),
    version: options.version ?? "",
    pool: null,
    heartbeatMs: 0,
  };
}
