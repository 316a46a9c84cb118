import {
  type Agent,
  type AgentQuery,
  type AgentVitals as KernelVitals,
  type Permission,
  readAgent,
  readAgentVitals,
  readCatalog,
  readDiscovery,
  readUnservedReports,
} from "../wasm/codec.generated.ts";
import type { Kernel } from "../wasm/kernel.ts";
import { Reader } from "../wasm/msgpack.ts";
import type { AgentView } from "./agent.ts";

/** An agent that fits a description, with what it is ranked by. */
export interface FoundAgent extends AgentView {
  /** Higher ones are chosen first. */
  readonly priority: number;
  /** Moving average of the share of its tries that succeeded, 0 to 1; 1 before the first. */
  readonly successRatio: number;
  /** Moving average of how long its successful tries take, in milliseconds; `null` before the first. */
  readonly meanMs: number | null;
}

/** What is known to be possible. */
export interface Catalog {
  /** Capabilities by category; those only this team speaks of stand under `custom`. */
  readonly capabilities: Readonly<Record<string, readonly string[]>>;
  /** Types of agents with the capabilities they bring. */
  readonly types: Readonly<Record<string, readonly string[]>>;
}

/** What ready tasks ask for that no agent and no pool could meet. */
export interface UnservedDemand {
  /** `null`: any type. */
  readonly agentType: string | null;
  readonly needs: readonly string[];
  readonly permission: Permission;
  /** When it was reported, milliseconds since the epoch by the kernel's clock. */
  readonly since: number;
}

/** An agent as the kernel knows it. */
export interface SeenAgent {
  readonly handle: number;
  readonly agent: Agent;
  readonly vitals: KernelVitals | undefined;
}

/** Every agent that fits, in the order in which they would be offered a task, those without room last. */
export function lookForAgents(kernel: Kernel, query: AgentQuery): readonly SeenAgent[] {
  const { agents } = readDiscovery(new Reader(kernel.view({ type: "Agents", query })));
  return agents.map((handle) => {
    const agent = readAgent(new Reader(kernel.view({ type: "Agent", agent: handle })));
    const vitals = kernel.view({ type: "Vitals", agent: handle });
    return { handle, agent, vitals: vitals.length === 0 ? undefined : readAgentVitals(new Reader(vitals)) };
  });
}

export function lookAtCatalog(kernel: Kernel): Catalog {
  const { categories, types } = readCatalog(new Reader(kernel.view({ type: "Catalog" })));
  const byName = (lists: typeof types): Readonly<Record<string, readonly string[]>> =>
    Object.fromEntries(lists.map(({ name, members }) => [name, members]));
  return { capabilities: byName(categories), types: byName(types) };
}

export function lookAtUnserved(kernel: Kernel): readonly UnservedDemand[] {
  const { reports } = readUnservedReports(new Reader(kernel.view({ type: "Unserved" })));
  return reports.map(({ unserved: { demand, sinceMs } }) => {
    const { agentType, needs, permission } = demand;
    return { agentType, needs, permission, since: sinceMs };
  });
}
