/** Read models of a session. Everything here was persisted before it could be read. */
export type SessionStatus = "planning" | "running" | "paused" | "completed" | "failed" | "cancelled";
export type TaskStatus = "pending" | "ready" | "running" | "completed" | "failed" | "skipped" | "waiting" | "cancelled";

export interface SessionView {
  /** TypeID, `session_…`. */
  readonly id: string;
  readonly name: string;
  readonly status: SessionStatus;
  /** Milliseconds since the epoch. */
  readonly started: number;
  readonly ended: number | null;
  /** 0 to 100. */
  readonly percentage: number;
  /**
   * Time left in milliseconds, from how long tasks of the same class took and how many run at once; 0 after the end, `null`
   * while nothing is known.
   */
  readonly etaMs: number | null;
  /** SHA-256 of the effective configuration, hexadecimal; empty when the plan was made without one. */
  readonly configHash: string;
  readonly phases: readonly PhaseView[];
  readonly tasks: readonly TaskView[];
  readonly escalations: readonly EscalationView[];
  readonly alerts: readonly AlertView[];
  /** What is known, or not yet, about the work: the task ledger, in the order it was told. */
  readonly facts: readonly FactView[];
  /** Sequence the view was taken at. */
  readonly asOfSeq: number;
}

export interface PhaseView {
  readonly name: string;
  readonly mode: string;
  readonly status: "pending" | "open" | "passed" | "failed" | "skipped";
  readonly tasks: readonly string[];
}

export interface TaskView {
  /** The user's key, for example `A1`. */
  readonly id: string;
  /** TypeID, `task_…`. */
  readonly taskId: string;
  readonly name: string;
  /** Key of the parent task. */
  readonly parent: string | null;
  readonly after: readonly string[];
  readonly status: TaskStatus;
  /** Why it does not run yet, or did not complete; `null` when there is nothing to say. */
  readonly reason: string | null;
  /** Tries so far. */
  readonly attempts: number;
  readonly history: readonly AttemptView[];
  /** Name of the last agent. */
  readonly agent: string | null;
  readonly started: number | null;
  readonly ended: number | null;
  readonly percentage: number;
  readonly criteria: readonly CriterionView[];
  readonly resources: ResourcesView;
  readonly artifacts: readonly {
    readonly name: string;
    readonly path: string;
    readonly bytes: number;
    readonly sha256: string;
  }[];
  readonly output: unknown;
}

export interface AttemptView {
  readonly number: number;
  readonly fence: number;
  readonly agent: string;
  readonly started: number;
  readonly ended: number | null;
  readonly outcome: "running" | "completed" | "failed" | "timeout" | "lost" | "cancelled" | "refused";
  readonly error: { readonly type: string; readonly message: string } | null;
  /** What recovery decided after this try. */
  readonly recovery: { readonly level: number; readonly action: string } | null;
}

export interface CriterionView {
  readonly name: string;
  readonly bound: "min" | "max";
  readonly target: number;
  readonly measured: number | null;
  readonly met: boolean | null;
}

export interface ResourcesView {
  readonly memoryMb: number;
  readonly cpuCores: number;
  readonly diskMb: number;
  readonly timeoutMs: number;
  /** Seen last on the try that runs, else measured on the last finished one. */
  readonly memoryPeakBytes: number | null;
  readonly cpuMs: number | null;
  readonly diskBytes: number | null;
}

export interface EscalationView {
  /** TypeID, `escalation_…`. */
  readonly id: string;
  readonly task: string;
  readonly issueType: string;
  readonly severity: "warning" | "critical";
  readonly message: string;
  readonly raised: number;
  readonly resolved: number | null;
  readonly decision: "approve" | "retry" | "abort" | null;
  readonly recommendedActions: readonly string[];
  /** Keys of tasks that wait because of it, nearest first, at most 100. */
  readonly blockingTasks: readonly string[];
  /** Name of the agent of the last try. */
  readonly agent: string | null;
  /** Tries before a human was asked. */
  readonly attempts: number;
  /** What was tried before a human was asked. */
  readonly recoveries: readonly RecoveryView[];
  readonly systemState: SystemStateView;
}

/** A strategy that was applied to a failed try. */
export interface RecoveryView {
  /** The try that failed. */
  readonly attempt: number;
  /** 1 by the agent, 2 by the orchestrator. */
  readonly level: number;
  readonly action: string;
  readonly errorType: string;
}

/** The team at the moment a human was asked. */
export interface SystemStateView {
  /** Tasks of the session. */
  readonly tasks: {
    readonly total: number;
    readonly completed: number;
    readonly failed: number;
    readonly skipped: number;
    readonly cancelled: number;
  };
  /** Tries that ran, in all sessions. */
  readonly running: number;
  /** Tasks that could have run, in all sessions. */
  readonly ready: number;
  /** Other escalations that were open. */
  readonly escalations: number;
  readonly agents: number;
  /** Agents that could be given work. */
  readonly agentsAvailable: number;
  /** What running tries had reserved. */
  readonly reserved: ReservationView;
  /** What may be reserved at most; `null` is without limit. */
  readonly totals: ReservationView | null;
}

export interface ReservationView {
  readonly memoryMb: number;
  readonly cpuCores: number;
  readonly diskMb: number;
}

export interface AlertView {
  readonly rule: string;
  readonly severity: "warning" | "critical";
  readonly action: string;
  readonly raised: number;
  readonly cleared: number | null;
  /** Whether it keeps new tasks of the session from starting now: until it is cleared or somebody resumes the session. */
  readonly holds: boolean;
  readonly details: string;
}

/** A fact of a session's task ledger. */
export interface FactView {
  /** Given with the work or verified, still to be looked up, still to be derived, or an educated guess. */
  readonly kind: "given" | "to_look_up" | "to_derive" | "guess";
  readonly text: string;
  /** Who said so; empty when nobody was named. */
  readonly source: string;
}
