/** `agent_001`, `agent_002`, …: three digits at least. */
export function agentNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `agent_${String(index + 1).padStart(3, "0")}`);
}
