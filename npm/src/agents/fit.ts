import {
  type Demand,
  type Misfit as KernelMisfit,
  type Permission,
  readDemandFit,
  readPlanFit,
} from "../wasm/codec.generated.ts";
import type { Kernel } from "../wasm/kernel.ts";
import { Reader } from "../wasm/msgpack.ts";

/** A task that nobody could do, and what stands in the way. */
export interface Misfit {
  /** Key of the task. */
  readonly task: string;
  /**
   * `agent_type`: no agent is of the type. `capability`: no agent of the right type has it. `permission`: none of them may do
   * as much. `combination`: everything is there, but no single agent has all of it. `resources`: it needs more than the totals.
   */
  readonly lacks: "agent_type" | "capability" | "permission" | "combination" | "resources";
  /** The type, capability or permission that is missing; `null` for the others. */
  readonly missing: string | null;
}

/** Which of `demands` nobody could meet; `keys` names their tasks. */
export function lookAtDemands(kernel: Kernel, keys: readonly string[], demands: readonly Demand[]): readonly Misfit[] {
  const fit = readDemandFit(new Reader(kernel.view({ type: "DemandFit", demands })));
  return fit.misfits.map(({ index, misfit }) => ({ task: keys[index] as string, ...whatOf(misfit) }));
}

/** Which tasks of a session that are still to be done nobody could do. */
export function lookAtPlan(kernel: Kernel, session: number): readonly Misfit[] {
  const fit = readPlanFit(new Reader(kernel.view({ type: "PlanFit", session })));
  return fit.misfits.map(({ key, misfit }) => ({ task: key, ...whatOf(misfit) }));
}

function whatOf(misfit: KernelMisfit): Omit<Misfit, "task"> {
  switch (misfit.type) {
    case "AgentType":
      return { lacks: "agent_type", missing: misfit.agentType };
    case "Capability":
      return { lacks: "capability", missing: misfit.capability };
    case "Permission":
      return { lacks: "permission", missing: misfit.permission satisfies Permission };
    case "Combination":
      return { lacks: "combination", missing: null };
    case "Resources":
      return { lacks: "resources", missing: null };
  }
}
