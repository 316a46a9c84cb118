/** `polyphon/compat`: objects with the face of other libraries, for code that is written against those. */
export type { PoliciesOptions } from "../policies/kit.ts";
export type { Action, OpossumBreaker, OpossumJson } from "./opossum/breaker.ts";
export type { CacheTransport } from "./opossum/cache.ts";
export { type OpossumCode, OpossumError } from "./opossum/errors.ts";
export type { Emitter, Listener } from "./opossum/events.ts";
export { type OpossumClass, opossum } from "./opossum/opossum.ts";
export type { CoalesceReset, OpossumOptions, OpossumState, ResolvedOptions } from "./opossum/options.ts";
export type { BreakerStats, Bucket } from "./opossum/stats.ts";
export type { Status } from "./opossum/status.ts";
