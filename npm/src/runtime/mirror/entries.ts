import type {
  AgentSpec,
  AgentStatus,
  Artifact,
  AttemptError,
  Counts,
  Criterion,
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
import type { SessionValues } from "./values.ts";

/** What most entries have none of is one and the same for all of them. */
const NONE: readonly never[] = Object.freeze([]);

// Sessions, tasks and attempts are classes, not literals: literals that lived long while a team was busy for the first time
// are made in old space from then on, and each that has ended there keeps what it refers to until the whole heap is collected.

/** A session as the mirror holds it. Handles are sequences; ids are made from them when somebody asks. */
export class SessionEntry {
  readonly handle: number;
  readonly openedMs: number;
  readonly name: string;
  readonly configHash: Uint8Array | null;
  readonly input: Payload | null;
  expected = 0;
  status: SessionStatus = "running";
  committed = false;
  reason: string | null = null;
  endedMs: number | null = null;
  phases: readonly PhaseEntry[] = NONE;
  /** In plan order. */
  tasks: TaskEntry[] = [];
  /** Indexes of tasks that are made of parts; `null`: of none. */
  parents: Set<number> | null = null;
  readonly counts: Tally = new Tally();
  /** What its tasks share; `null`: nothing. */
  context: Map<string, Payload> | null = null;
  /** What its agents share and keep; `null`: nothing. */
  values: SessionValues | null = null;
  /** The task ledger, in the order it was told. */
  facts: readonly Fact[] = NONE;
  /** It came from a snapshot, which holds its state but not how it came there: the journal has the rest. */
  partial = false;
  /** Questions to humans about its tasks, in the order in which they were raised. */
  escalations: readonly EscalationEntry[] = NONE;
  /** Alerts about it, in the order in which they were raised. */
  alerts: readonly AlertEntry[] = NONE;

  constructor(
    handle: number,
    openedMs: number,
    { name, configHash, input }: Pick<SessionEntry, "name" | "configHash" | "input">,
  ) {
    this.handle = handle;
    this.openedMs = openedMs;
    this.name = name;
    this.configHash = configHash;
    this.input = input;
  }
}

/** Tasks of a session by what became of them. */
class Tally implements Counts {
  total = 0;
  completed = 0;
  failed = 0;
  skipped = 0;
  cancelled = 0;
}

export interface PhaseEntry {
  readonly name: string;
  readonly mode: PhaseMode;
  readonly tasks: readonly number[];
  status: PhaseStatus;
}

/** A task as the mirror holds it, with what of its specification can be seen. There may be 100,000 of them: each field counts. */
export class TaskEntry {
  readonly handle: number;
  readonly session: SessionEntry;
  readonly index: number;
  readonly key: string;
  readonly name: string;
  readonly parent: number | null;
  readonly after: readonly number[];
  readonly criteria: readonly Criterion[];
  status: TaskStatus = "pending";
  reason: string | null = null;
  attempts: readonly AttemptEntry[] = NONE;
  progressPpm = 0;
  startedMs: number | null = null;
  endedMs: number | null = null;
  resources: Resources;
  timeoutMs: number;
  metrics: readonly (readonly [string, number])[] = NONE;
  verdicts: readonly Verdict[] = NONE;
  artifacts: readonly Artifact[] = NONE;
  output: Payload | null = null;
  usage: Usage | null = null;

  constructor(handle: number, session: SessionEntry, index: number, spec: TaskSpec) {
    this.handle = handle;
    this.session = session;
    this.index = index;
    this.key = spec.key;
    this.name = spec.name;
    this.parent = spec.parent;
    this.after = spec.after;
    this.criteria = spec.criteria;
    this.resources = spec.demand.resources;
    this.timeoutMs = spec.timeoutMs;
  }
}

/** One try at a task. */
export class AttemptEntry {
  readonly number: number;
  readonly fence: number;
  readonly agent: number;
  readonly startedMs: number;
  endedMs: number | null = null;
  outcome: "running" | "completed" | "failed" | "timeout" | "lost" | "cancelled" | "refused" = "running";
  error: AttemptError | null = null;
  recovery: { readonly level: number; readonly action: string } | null = null;

  constructor(number: number, fence: number, agent: number, startedMs: number) {
    this.number = number;
    this.fence = fence;
    this.agent = agent;
    this.startedMs = startedMs;
  }
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
  /** Until when it takes on nothing new. */
  pausedUntilMs: number | null;
}
