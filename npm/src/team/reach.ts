import { projectAgent } from "../agents/agent.ts";
import {
  type Catalog,
  type FoundAgent,
  lookAtCatalog,
  lookAtUnserved,
  lookForAgents,
  type UnservedDemand,
} from "../agents/discovery.ts";
import { lookAtDemands, type Misfit } from "../agents/fit.ts";
import { PolyphonError } from "../errors/error.ts";
import { pauseOf } from "../runtime/mirror/agents.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { compilePlan } from "../tasks/compile.ts";
import type { PlanDefinition } from "../tasks/plan.ts";
import { validatePlan } from "../tasks/validate.ts";
import { byCodePoint } from "../wasm/text-order.ts";
import type { AgentQuery } from "./options.ts";

/** Who is there and what they can do, asked of the kernel behind everything that was submitted before. */
export class Reach {
  readonly #runtime: Runtime;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  async find({ type, needs = [], inService = false }: AgentQuery): Promise<readonly FoundAgent[]> {
    const query = { agentType: type ?? null, needs: [...new Set(needs)].sort(byCodePoint), inService };
    const { loop, mirror } = this.#runtime;
    const found = await loop.read((kernel) => lookForAgents(kernel, query));
    return found.map(({ handle, agent, vitals }) => {
      const { spec, successPpm, meanMs, registeredMs } = agent;
      const id = this.#runtime.agentId(handle, registeredMs);
      const view = projectAgent(
        { handle, ...agent, pausedUntilMs: pauseOf(agent.status, agent.wakeMs) },
        id,
        mirror.agents,
        vitals,
      );
      const successRatio = successPpm / 1_000_000;
      return { ...view, priority: spec.priority, successRatio, meanMs: agent.completed === 0 ? null : meanMs };
    });
  }

  catalog(): Promise<Catalog> {
    return this.#runtime.loop.read(lookAtCatalog);
  }

  unserved(): Promise<readonly UnservedDemand[]> {
    return this.#runtime.loop.read(lookAtUnserved);
  }

  async misfits(plan: PlanDefinition): Promise<readonly Misfit[]> {
    const { tasks } = compilePlan(validatePlan(plan), this.#runtime.payloads, null);
    const groups = new Set(tasks.map(({ parent }) => parent));
    const leaves = tasks.filter((_, index) => !groups.has(index));
    const keys = leaves.map(({ key }) => key);
    const demands = leaves.map(({ demand }) => demand);
    return await this.#runtime.loop.read((kernel) => lookAtDemands(kernel, keys, demands));
  }

  async deregister(id: string, reason: string): Promise<void> {
    const agent = this.#runtime.handleOf("agent", id);
    const entry = agent === undefined ? undefined : this.#runtime.mirror.agents.get(agent);
    if (entry === undefined || this.#runtime.id("agent", entry.handle) !== id) throw unknownAgent(id);
    await this.#runtime.submit({ type: "DeregisterAgent", agent: entry.handle, reason });
  }
}

function unknownAgent(id: string): PolyphonError {
  return new PolyphonError("AGENT_UNKNOWN", { message: `${id} is no agent of this team.`, details: { id } });
}
