import type { AgentHost } from "../hosts/host.ts";
import { aroundHost } from "./around-host.ts";

/** The host of an agent that has a health check of its own: it lives when both say so. */
export function withHealthCheck(host: AgentHost, check: (() => boolean | Promise<boolean>) | undefined): AgentHost {
  if (check === undefined) return host;
  return aroundHost(host, {
    async alive(agentId) {
      const isAlive = host.alive === undefined || (await host.alive(agentId));
      return isAlive && (await check());
    },
  });
}
