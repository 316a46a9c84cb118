/**
 * `polyphon/slim`: everything that runs anywhere, without the kernel's wasm.
 * For libraries; the application that uses them chooses where the wasm comes from.
 */

export type { Agent, AgentStateView, AgentView, AgentVitals, Pool, SatelliteAgent } from "./agents/agent.ts";
export type { Catalog, FoundAgent, UnservedDemand } from "./agents/discovery.ts";
export type { Misfit } from "./agents/fit.ts";
export { type AgentId, isAgentId } from "./agents/id.ts";
export { AttemptFailed } from "./agents/policed.ts";
export * from "./bus/index.ts";
export * from "./bus/queue/index.ts";
export type { ErrorCode } from "./errors/codes.generated.ts";
export { type ErrorInit, PolyphonError } from "./errors/error.ts";
export type * from "./hosts/agent.ts";
export { type FunctionHostOptions, functionHost } from "./hosts/function/host.ts";
export type * from "./hosts/host.ts";
export { type StopType, stopReason } from "./hosts/stop.ts";
export { type Clock, systemClock, type TimerOptions } from "./runtime/clock.ts";
export { Stream } from "./runtime/stream.ts";
export {
  type FactDraft,
  type LogEntry,
  Session,
  type SessionProgress,
  type SessionResult,
  type TeamEvent,
} from "./sessions/session.ts";
export type * from "./sessions/view.ts";
export { memoryStore } from "./stores/memory/memory-store.ts";
export type * from "./stores/store.ts";
export type * from "./tasks/plan.ts";
export { validatePlan } from "./tasks/validate.ts";
export type * from "./team/options.ts";
export type * from "./team/policy.ts";
export { type PortablePolyphon, portablePolyphon } from "./team/portable.ts";
export { Team } from "./team/team.ts";
export { memoryTransport } from "./transports/memory/memory-transport.ts";
export type * from "./transports/transport.ts";
