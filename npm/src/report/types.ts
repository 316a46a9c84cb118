import type {
  AlertView,
  AttemptView,
  CriterionView,
  EscalationView,
  FactView,
  PhaseView,
  ResourcesView,
  SessionStatus,
  TaskStatus,
} from "../sessions/view.ts";

/**
 * The final report of a session, as `report.json` holds it. Times are milliseconds since the Unix epoch, durations
 * milliseconds, sizes bytes unless a name says otherwise. Later versions only add keys.
 */
export interface Report {
  /** Version of this shape. */
  readonly version: 1;
  /** TypeID, `session_…`. */
  readonly session: string;
  readonly name: string;
  readonly status: SessionStatus;
  /** What the whole run amounts to; decides the exit code of `polyphon run`. */
  readonly outcome: Outcome;
  readonly started: number;
  readonly ended: number | null;
  /** Moment the report describes: the end, or the latest time in the view. */
  readonly asOf: number;
  readonly asOfSeq: number;
  /** 0 to 100. */
  readonly percentage: number;
  /** SHA-256 of the effective configuration, hexadecimal. */
  readonly configHash: string;
  readonly tasks: readonly ReportTask[];
  readonly phases: readonly PhaseView[];
  readonly recoveries: readonly ReportRecovery[];
  readonly escalations: readonly EscalationView[];
  readonly alerts: readonly AlertView[];
  /** The task ledger: what was known, or not, about the work. */
  readonly facts: readonly FactView[];
  readonly totals: ReportTotals;
  readonly durations: ReportDurations;
}

/**
 * `met`: completed, nothing failed, no criterion missed. `missed`: ended otherwise. `waiting`: an escalation is open, or an
 * alert holds new tasks back. `unfinished`: still at work, no human asked.
 */
export type Outcome = "met" | "missed" | "waiting" | "unfinished";

export interface ReportTask {
  /** The user's key, for example `A1`. */
  readonly id: string;
  /** Key of the parent task. */
  readonly parent: string | null;
  readonly status: TaskStatus;
  /** Tries so far. */
  readonly attempts: number;
  readonly agent: string | null;
  readonly started: number | null;
  readonly ended: number | null;
  readonly criteria: readonly CriterionView[];
  readonly resources: ResourcesView;
  readonly artifacts: readonly ReportArtifact[];
  readonly name: string;
  readonly taskId: string;
  readonly after: readonly string[];
  readonly reason: string | null;
  readonly percentage: number;
  /** Time from the first start to the end; `null` before it started. */
  readonly durationMs: number | null;
  readonly history: readonly AttemptView[];
  readonly output: unknown;
}

export interface ReportArtifact {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A try that did not succeed, and what was done about it. */
export interface ReportRecovery {
  readonly task: string;
  readonly attempt: number;
  readonly agent: string;
  readonly at: number;
  readonly outcome: AttemptView["outcome"];
  readonly error: { readonly type: string; readonly message: string } | null;
  /** `null`: no recovery applied. */
  readonly level: number | null;
  readonly action: string | null;
  /** How the next try of the task ended; `null` when there was none. */
  readonly next: AttemptView["outcome"] | null;
}

export interface ReportTotals {
  readonly tasks: number;
  readonly byStatus: Readonly<Record<TaskStatus, number>>;
  readonly agents: number;
  readonly attempts: number;
  readonly recoveries: number;
  readonly escalations: { readonly raised: number; readonly open: number };
  readonly alerts: number;
  readonly criteria: { readonly met: number; readonly missed: number; readonly unmeasured: number };
  readonly artifacts: { readonly count: number; readonly bytes: number };
  /** Largest peak of one task; `null` when none was measured. */
  readonly memoryPeakBytes: number | null;
  /** Sum over tasks; `null` when none was measured. */
  readonly cpuMs: number | null;
}

export interface ReportDurations {
  /** From the start of the session to `asOf`. */
  readonly totalMs: number;
  /** Sum over all tries. */
  readonly workMs: number;
  /** Part of `workMs` in tries that did not complete. */
  readonly lostMs: number;
  /** The chain of dependencies that ended last, first task first. */
  readonly criticalPath: readonly string[];
  readonly criticalPathMs: number;
}
