import type { LogLevel } from "../../config/config.ts";
import type { TeamEvent } from "../../sessions/session.ts";

/** A line of the log, as JSON. What does not apply is absent. */
export interface Entry {
  readonly level: LogLevel;
  readonly source: "orchestrator" | "agent" | "task" | "system";
  /** What happened, for example `task_assigned`. */
  readonly event: string;
  /** Id of the session. */
  readonly session?: string;
  /** Key of the task. */
  readonly task?: string;
  /** Name of the agent. */
  readonly agent?: string;
  readonly message?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

const ORDER: readonly LogLevel[] = ["debug", "info", "warn", "error", "critical"];

/** Whether something of this level is logged where `least` is the least severe that is. */
export function isLogged(level: LogLevel, least: LogLevel): boolean {
  return ORDER.indexOf(level) >= ORDER.indexOf(least);
}

/** Events that are no detail. */
const LEVELS: Readonly<Record<string, LogLevel>> = {
  NodeStarted: "info",
  SettingsChanged: "info",
  SessionOpened: "info",
  SessionPaused: "info",
  SessionResumed: "info",
  SessionCancelRequested: "info",
  SessionTimedOut: "error",
  PhaseOpened: "info",
  PhaseEnded: "info",
  PhaseTimedOut: "warn",
  TaskGranted: "info",
  TaskCompleted: "info",
  TaskAttemptFailed: "warn",
  TaskSkipped: "warn",
  TaskCancelled: "info",
  TaskTimedOut: "warn",
  TaskExpired: "error",
  AgentStarted: "info",
  AgentStopped: "info",
  AgentFailed: "warn",
  AgentHealthChanged: "warn",
  AgentLost: "error",
  AgentPaused: "warn",
  AgentResumed: "info",
  AgentRestarting: "warn",
  AgentGivenUp: "error",
  PoolScaled: "info",
  AllStopping: "info",
  DemandUnserved: "warn",
  EscalationResolved: "info",
  AlertCleared: "info",
};

/** Names other tools know these by. */
const NAMES: Readonly<Record<string, string>> = { TaskGranted: "task_assigned" };

/** The line for something that happened; `session` is the id of the session it is about. */
export function entryOf({ type, task, agent, data }: TeamEvent, session: string | undefined): Entry {
  const details = detailsOf(data);
  return {
    level: levelOf(type, data),
    source: sourceOf(type),
    event: NAMES[type] ?? type.replaceAll(/(?<!^)[A-Z]/g, "_$&").toLowerCase(),
    ...(session === undefined ? {} : { session }),
    ...(task === null ? {} : { task }),
    ...(agent === null ? {} : { agent }),
    ...(Object.keys(details).length === 0 ? {} : { details }),
  };
}

function levelOf(type: string, data: TeamEvent["data"]): LogLevel {
  if (type === "SessionEnded") return data.status === "failed" ? "error" : "info";
  if (type === "AlertRaised") return data.severity === "critical" ? "critical" : "warn";
  if (type === "EscalationRaised") return severityOf(data.report) === "critical" ? "critical" : "error";
  return LEVELS[type] ?? "debug";
}

function severityOf(report: unknown): unknown {
  return (report as { readonly severity?: unknown } | undefined)?.severity;
}

function sourceOf(type: string): Entry["source"] {
  if (/^(Task|Group)/.test(type)) return "task";
  if (/^(Agent|Pool)/.test(type)) return "agent";
  return /^(Node|Settings|Clock|Command|Format|Effect)/.test(type) ? "system" : "orchestrator";
}

/** Handles of the kernel say nothing outside; what is larger is in the journal. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "task",
  "agent",
  "session",
  "fence",
  "spec",
  "plan",
  "input",
  "settings",
]);

function detailsOf(data: TeamEvent["data"]): Readonly<Record<string, unknown>> {
  const plain = Object.entries(data).filter(
    ([name, value]) => !LEFT_OUT.has(name) && ["string", "number", "boolean"].includes(typeof value) && value !== "",
  );
  const { error } = data as { readonly error?: { readonly errorType?: string; readonly message?: string } | null };
  const failure = error?.errorType === undefined ? [] : [["error", `${error.errorType}: ${error.message}`] as const];
  return Object.fromEntries([...plain, ...failure]);
}
