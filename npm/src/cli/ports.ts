import type { AgentStateView, AgentVitals } from "../agents/agent.ts";
import type { LoadedConfig, LoadOptions } from "../config/index.ts";
import type { EscalationView, SessionStatus, SessionView } from "../sessions/view.ts";

/**
 * What the command line needs of the package, and nothing more. `wiring/` fulfils it with the real team; tests fulfil
 * it with a scripted one.
 */
export interface Runtime {
  /** Reads and checks configuration files. Throws a `ConfigError` that lists everything wrong. */
  loadConfig(files: readonly string[], options: LoadOptions): Promise<LoadedConfig>;
  /** Owns the database until closed. Throws `STORE_LOCKED` when another process does. */
  openTeam(options: OpenTeamOptions): Promise<Team>;
  /** Reads beside an owner. Throws when there is no such database. */
  openReader(db: string): Promise<TeamReader>;
  /**
   * Takes the step of a repro file again. `undefined`: the file is none. Throws when the file cannot be read.
   */
  repeat(file: string): Promise<Repeated | undefined>;
  /** Facts about this machine and installation, for `doctor`. */
  examine(options: { readonly db: string }): Promise<readonly Check[]>;
}

export interface OpenTeamOptions {
  /** Absolute path; folders that are missing are made. */
  readonly db: string;
  /** `run` starts agents and grants work. `answer` records one decision: it starts nothing. */
  readonly purpose: "run" | "answer";
  /** Required to `run`. */
  readonly config?: LoadedConfig;
  /** Agents and time are simulated. Default: real ones. */
  readonly simulate?: Simulation;
  /** Posts escalations to the configured webhook. Default false. */
  readonly notify?: boolean;
  /** Absolute path of the log of a run; `false`: none. Default: `logs/` beside the database, named after it. */
  readonly log?: string | false;
  /** Called when something goes wrong that no caller hears of. */
  readonly onTrouble?: (error: Error) => void;
}

export interface Simulation {
  /** What every duration and measured value follows from. */
  readonly seed: number;
  /** Begin with an empty database, so that one seed has one result; what an earlier simulation left is removed. */
  readonly anew: boolean;
}

/** A team this process owns. */
export interface Team extends TeamReads {
  session(id: string): Session;
  /** Begins a new session of the configuration's plan. */
  start(config: LoadedConfig): Promise<Session>;
  /** Goes on with a session of an earlier process. */
  resume(id: string, config: LoadedConfig): Promise<Session>;
  answer(escalationId: string, decision: Decision): Promise<void>;
  /** Stops granting work and waits for what runs. */
  drain(): Promise<void>;
  /** Ends what runs, releases the file. Safe to call twice. */
  close(): Promise<void>;
}

export type Decision = "approve" | "retry" | "abort";
export type SessionAction = "cancel" | "pause" | "resume";

export interface Session {
  readonly id: string;
  view(): Promise<SessionView>;
  /**
   * Calls back whenever something may have changed; answers how to stop. `failed` is called when the team can go on no
   * longer, with the reason.
   */
  onChange(changed: () => void, failed: (reason: unknown) => void): () => void;
  /** Milliseconds since the epoch by the clock the session runs on, which may be a simulated one. */
  now(): number;
  act(action: SessionAction): Promise<void>;
}

export interface ListOptions {
  /** Sessions that are wanted at most, the newest. Default: all that are kept, which may mean to fold the whole journal. */
  readonly limit?: number;
}

export interface TeamReads {
  /** Newest first. */
  sessions(options?: ListOptions): Promise<readonly SessionSummary[]>;
  agents(): Promise<readonly AgentView[]>;
  /** Open ones first. */
  escalations(): Promise<readonly (EscalationView & { readonly session: string })[]>;
}

/** Reads a database that this process does not own. */
export interface TeamReader extends TeamReads {
  session(id: string): { view(): Promise<SessionView> };
  /** The process that owns the database now. */
  owner(): Promise<Owner | undefined>;
  verify(options?: LongOptions): Promise<Verification>;
  /** The state as it was after event `until`. */
  replay(until: number, options?: LongOptions): Promise<Replayed>;
  close(): Promise<void>;
}

/** For what takes a while in a large journal. */
export interface LongOptions {
  /** Ends it with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LongProgress) => void;
}

export interface LongProgress {
  readonly doing: "checked" | "folded";
  /** Sequence that was reached, of `lastSeq`. */
  readonly seq: number;
  readonly lastSeq: number;
}

export interface SessionSummary {
  readonly id: string;
  readonly name: string;
  readonly status: SessionStatus;
  readonly started: number;
  readonly ended: number | null;
  readonly percentage: number;
  readonly tasks: number;
  readonly completed: number;
  readonly configHash: string;
}

export interface AgentView {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** registered, starting, idle, busy, draining, stopped, failed. */
  readonly status: string;
  readonly health: string;
  readonly capabilities: readonly string[];
  readonly load: number;
  readonly maxLoad: number;
  /** Name of the pool it belongs to. */
  readonly pool: string | null;
  /** Keys of the tasks it holds. */
  readonly tasks: readonly string[];
  /** What it keeps for its next attempt. */
  readonly state: AgentStateView | null;
  /** Signs of life; `null` where only the journal is read: they are never written down. */
  readonly vitals: AgentVitals | null;
}

export interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When it opened the database, milliseconds since the epoch. */
  readonly sinceMs: number;
}

export interface Verification {
  readonly ok: boolean;
  readonly frames: number;
  readonly events: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Sequence of the latest snapshot; 0 without one. */
  readonly snapshotSeq: number;
  /** Hash of the state the journal folds to, hexadecimal; `null` when it cannot be folded. */
  readonly stateHash: string | null;
  readonly problems: readonly { readonly code: string; readonly seq: number | null; readonly message: string }[];
}

export interface Replayed {
  readonly seq: number;
  /** `null` inside a commit: a state exists only where one ends. */
  readonly stateHash: string | null;
  readonly sessions: readonly SessionView[];
}

/** A step that broke the kernel, taken again. */
export interface Repeated {
  /** Kind of the command, `null` when it was time alone. */
  readonly command: string | null;
  /** Last event before it. */
  readonly seq: number;
  /** What the kernel broke with then. */
  readonly message: string;
  /** What it breaks with now; `null` when it does not. */
  readonly panic: string | null;
  /** Events the step gives now. */
  readonly events: number;
}

export interface Check {
  readonly name: string;
  readonly status: "ok" | "warning" | "failed";
  readonly found: string;
  /** What to do; absent when all is well. */
  readonly remedy?: string;
}
