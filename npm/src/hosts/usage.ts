import type { ResourceUsage } from "./host.ts";

/** Of what cannot be measured, or was not. */
export const UNKNOWN_USAGE: ResourceUsage & { readonly memoryBytes?: never } = Object.freeze({
  memoryPeakBytes: null,
  cpuMs: null,
  diskBytes: null,
});
