import type { GroupUsage } from "./group-usage.ts";

/** The process groups that run for each agent now, where the system tells of them. */
export class RunningGroups {
  readonly #groups = new Map<string, Set<GroupUsage>>();

  add(agentId: string, group: GroupUsage): void {
    const groups = this.#groups.get(agentId) ?? new Set();
    this.#groups.set(agentId, groups.add(group));
  }

  remove(agentId: string, group: GroupUsage): void {
    const groups = this.#groups.get(agentId);
    groups?.delete(group);
    if (groups?.size === 0) this.#groups.delete(agentId);
  }

  /** An agent whose programs are all stopped does nothing, and will not by itself. */
  isStopped(agentId: string): boolean {
    const groups = [...(this.#groups.get(agentId) ?? [])];
    return groups.length > 0 && groups.every((group) => group.isStopped);
  }
}
