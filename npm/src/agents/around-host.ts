import type { AgentHost } from "../hosts/host.ts";

/** A host that does what `host` does, but for what `instead` does. */
export function aroundHost(host: AgentHost, instead: Partial<Pick<AgentHost, "run" | "alive">>): AgentHost {
  return {
    kind: host.kind,
    run: (attempt, sink, signal) => host.run(attempt, sink, signal),
    close: () => host.close(),
    expect: (fence) => host.expect?.(fence),
    settled: (fence, completed) => host.settled?.(fence, completed),
    ended: (agentId, how) => host.ended?.(agentId, how),
    ...(host.start === undefined ? {} : { start: (agent) => host.start?.(agent) ?? Promise.resolve() }),
    ...(host.stop === undefined ? {} : { stop: (agent) => host.stop?.(agent) ?? Promise.resolve() }),
    ...(host.usage === undefined ? {} : { usage: (agentId) => host.usage?.(agentId) }),
    ...(host.alive === undefined ? {} : { alive: (agentId) => host.alive?.(agentId) ?? true }),
    ...instead,
  };
}
