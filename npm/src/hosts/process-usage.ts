import type { ResourceUsage } from "./host.ts";

/** What this process uses now: its resident memory, and the processor time of all its threads. */
export function processUsage(): Pick<ResourceUsage, "memoryBytes" | "cpuMs"> {
  const { user, system } = process.cpuUsage();
  return { memoryBytes: process.memoryUsage.rss(), cpuMs: (user + system) / 1_000 };
}
