import type { AgentHost } from "../hosts/host.ts";

/** The host of an agent that has a health check of its own: it lives when both say so. */
export function withHealthCheck(host: AgentHost, check: (() => boolean | Promise<boolean>) | undefined): AgentHost {
  if (check === undefined) return host;
  return {
    kind: host.kind,
    run: (attempt, sink, signal) => host.run(attempt, sink, signal),
    close: () => host.close(),
    expect: (fence) => host.expect?.(fence),
    settled: (fence, completed) => host.settled?.(fence, completed),
    ended: (agentId, how) => host.ended?.(agentId, how),
    ...(host.start === undefined ? {} : { start: (agent) => host.start?.(agent) ?? Promise.resolve() }),
    ...(host.stop === undefined ? {} : { stop: (agent) => host.stop?.(agent) ?? Promise.resolve() }),
    async alive(agentId) {
      const isAlive = host.alive === undefined || (await host.alive(agentId));
      return isAlive && (await check());
    },
  };
}
