/**
 * `polyphon/slim`: the bus, the check of plans, errors and the types of everything, without the kernel's wasm. For libraries and for
 * agents elsewhere; the application chooses where the wasm comes from. What a team consists of is loaded when one is opened.
 */

export type { Agent, AgentStateView, AgentView, AgentVitals, Pool, SatelliteAgent } from "./agents/agent.ts";
export type { Catalog, FoundAgent, UnservedDemand } from "./agents/discovery.ts";
export type { Misfit } from "./agents/fit.ts";
export { type AgentId, isAgentId } from "./agents/id.ts";
export type { AttemptFailed } from "./agents/policed.ts";
export * from "./bus/index.ts";
export type * from "./bus/queue/index.ts";
export type { ErrorCode } from "./errors/codes.generated.ts";
export { type ErrorInit, PolyphonError } from "./errors/error.ts";
export type * from "./hosts/agent.ts";
export type { FunctionHostOptions } from "./hosts/function/host.ts";
export type * from "./hosts/host.ts";
export { type StopType, stopReason } from "./hosts/stop.ts";
export { type Clock, systemClock, type TimerOptions } from "./runtime/clock.ts";
export { Stream } from "./runtime/stream.ts";
export type { FactDraft, LogEntry, Session, SessionProgress, SessionResult, TeamEvent } from "./sessions/session.ts";
export type { TypedKey } from "./sessions/state/key.ts";
export type { Lock } from "./sessions/state/lock.ts";
export type * from "./sessions/state/options.ts";
export type { SessionState, TransactionOptions } from "./sessions/state/session-state.ts";
export type { Transaction, TransactionRead, TransactionWrite } from "./sessions/state/transaction.ts";
export type { Values } from "./sessions/state/values.ts";
export type * from "./sessions/view.ts";
export type * from "./stores/store.ts";
export type * from "./tasks/plan.ts";
export { validatePlan } from "./tasks/validate.ts";
export type * from "./team/options.ts";
export type * from "./team/policy.ts";
export { type PortablePolyphon, portablePolyphon } from "./team/portable.ts";
export type { Team } from "./team/team.ts";
export { memoryTransport } from "./transports/memory/memory-transport.ts";
export type * from "./transports/transport.ts";
