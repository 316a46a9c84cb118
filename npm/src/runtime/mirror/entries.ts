import type {
  AgentSpec,
  AgentStatus,
  Artifact,
  AttemptError,
  Counts,
  Fact,
  Health,
  Payload,
  PhaseMode,
  PhaseStatus,
  Resources,
  SessionStatus,
  TaskSpec,
  TaskStatus,
  Usage,
  Verdict,
} from "../../wasm/codec.generated.ts";
import type { AlertEntry } from "./alerts.ts";
import type { EscalationEntry } from "./escalations.ts";

/** A session as the mirror holds it. Handles are sequences; ids are made from them when somebody asks. */
export interface SessionEntry {
  readonly handle: number;
  readonly openedMs: number;
  readonly name: string;
  readonly configHash: Uint8Array | null;
  readonly expected: number;
  readonly input: Payload | null;
  status: SessionStatus;
  committed: boolean;
  reason: string | null;
  endedMs: number | null;
  readonly phases: PhaseEntry[];
  /** In plan order. */
  readonly tasks: TaskEntry[];
  /** Indexes of tasks that are made of parts. */
  readonly parents: Set<number>;
  readonly counts: { -readonly [K in keyof Counts]: Counts[K] };
  readonly context: Map<string, Payload>;
  /** The task ledger, in the order it was told. */
  readonly facts: Fact[];
  /** It came from a snapshot, which holds its state but not how it came there: the journal has the rest. */
  partial: boolean;
  /** Questions to humans about its tasks, in the order in which they were raised. */
  readonly escalations: EscalationEntry[];
  /** Alerts about it, in the order in which they were raised. */
  readonly alerts: AlertEntry[];
}

export interface PhaseEntry {
  readonly name: string;
  readonly mode: PhaseMode;
  readonly tasks: readonly number[];
  status: PhaseStatus;
}

/** A task as the mirror holds it. */
export interface TaskEntry {
  readonly handle: number;
  readonly session: SessionEntry;
  readonly index: number;
  readonly addedMs: number;
  readonly spec: TaskSpec;
  status: TaskStatus;
  reason: string | null;
  attempts: readonly AttemptEntry[];
  progressPpm: number;
  startedMs: number | null;
  endedMs: number | null;
  resources: Resources;
  timeoutMs: number;
  metrics: readonly (readonly [string, number])[];
  verdicts: readonly Verdict[];
  artifacts: readonly Artifact[];
  output: Payload | null;
  usage: Usage | null;
}

/** One try at a task. */
export interface AttemptEntry {
  readonly number: number;
  readonly fence: number;
  readonly agent: number;
  readonly startedMs: number;
  endedMs: number | null;
  outcome: "running" | "completed" | "failed" | "timeout" | "lost" | "cancelled";
  error: AttemptError | null;
  recovery: { readonly level: number; readonly action: string } | null;
}

/** An agent as the mirror holds it. */
export interface AgentEntry {
  readonly handle: number;
  readonly registeredMs: number;
  spec: AgentSpec;
  status: AgentStatus;
  health: Health;
  load: number;
  completed: number;
  failed: number;
}
