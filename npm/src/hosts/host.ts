import type { Bus } from "../bus/bus.ts";
import type { ErrorCode } from "../errors/codes.generated.ts";
import type { SessionState } from "../sessions/state/session-state.ts";

/** Where an agent runs. The kernel decides what starts and stops; a host only does it and reports what it saw. */
export interface AgentHost {
  /** `function`, `worker`, `process` or `remote`. */
  readonly kind: string;
  /**
   * Runs one attempt to its end. Never rejects: whatever goes wrong is an {@link AttemptResult} with an error.
   * `signal` asks politely; after `graceMs` the host ends what is left by force, group and all.
   * An `errorType` string on `signal.reason` becomes the type of the resulting error; without one it is `timeout`
   * (see `stopReason`).
   */
  run(attempt: Attempt, sink: AttemptSink, signal: AbortSignal): Promise<AttemptResult>;
  /**
   * Prepares an agent before its first attempt, and again each time it is started: what it needs is loaded, opened, looked up.
   * A rejection is a failed start, which is tried again three times with growing waits; so is a start that takes longer
   * than `agents.startTimeoutMs`, at which `agent.signal` fires. Default: nothing has to be prepared.
   */
  start?(agent: AgentSetup): Promise<void>;
  /**
   * Puts an agent away that was prepared, after its last attempt: the counterpart of `start`, called once for each. It has the
   * time of a shutdown (30 s by default), at the end of which `agent.signal` fires and the agent counts as ended.
   */
  stop?(agent: AgentSetup): Promise<void>;
  /**
   * Whether the agent of this id lives, as far as the host can tell; asked once a heartbeat, and when the agent is started.
   * `false`, a rejection, and no answer at all are silence, which the kernel judges. Default: it does.
   */
  alive?(agentId: string): boolean | Promise<boolean>;
  /** What the agent of this id uses as a whole, where that is known; looked at with each sign of life. Default: what its attempts say. */
  usage?(agentId: string): ResourceUsage | undefined;
  /** Ends everything that still runs and frees what the host holds. Safe to call twice. */
  close(): Promise<void>;
  /** An attempt is about to be run here: its input is being read. For hosts whose agents outlive the node. */
  expect?(fence: number): void;
  /** The end of an attempt is durable. `completed`: as a success. For hosts that keep a report until then. */
  settled?(fence: number, completed: boolean): void;
  /** The agent is out of service: stopped, or lost because it was silent. For hosts whose agents outlive the node. */
  ended?(agentId: string, how: "stopped" | "lost"): void;
}

/** An agent that is prepared or put away. */
export interface AgentSetup {
  readonly agentId: string;
  /** Name of the agent in the team. */
  readonly name: string;
  /** `config` of its options. */
  readonly config: unknown;
  /** Its time is over, or it is not wanted any more. */
  readonly signal: AbortSignal;
  /** What the agent saved last; see {@link Attempt.state}. */
  state(): Promise<unknown>;
}

/** One try at one task, under one lease. */
export interface Attempt {
  /** `<task id>.<fence>`: unique for ever; a child process finds it in `POLYPHON_ATTEMPT`. */
  readonly id: string;
  readonly taskId: string;
  /** Name the user gave the task, for example `A1`. */
  readonly key: string;
  readonly sessionId: string;
  readonly agentId: string;
  /** 1 for the first try. */
  readonly number: number;
  /** Sequence of the grant; every report carries it back. */
  readonly fence: number;
  readonly input: unknown;
  readonly resources: AttemptResources;
  /** Time the kernel allows, in milliseconds; the kernel enforces it, the host may tell the agent. */
  readonly timeoutMs: number;
  /** Time between the polite request to end and the forced end, in milliseconds. */
  readonly graceMs: number;
  /** The recovery strategy this try stands for; absent on a first try. */
  readonly recovery?: { readonly level: number; readonly action: string; readonly errorType: string } | undefined;
  /** How to run the task, for hosts that run programs. */
  readonly program?: Program | undefined;
  /** Folder of the task, absolute, made by the runtime and the same for all tries. The process host needs it. */
  readonly dir?: string;
  /**
   * Whether a criterion judges the pass rate, so that failed tests alone leave the try `ok` (its `error` then says
   * what they were, for the case that the criterion is not met). Default false: one failed test fails the try.
   */
  readonly toleratesFailedTests?: boolean;
  /** Outputs of the tasks this one waited for, by key; read when asked for. */
  outputs?(): Promise<Readonly<Record<string, unknown>>>;
  /** What the tasks of the session share, as it is when asked for. */
  context?(): Promise<Readonly<Record<string, unknown>>>;
  /** The team's bus with the rights of the agent. */
  readonly bus?: Bus | undefined;
  /** What the agents of the session share, as this try may use it; absent where it cannot be reached. */
  readonly session?: SessionState | undefined;
  /** `config` of the agent's options. */
  readonly config?: unknown;
  /** What the agent saved last, a JSON value; `undefined`: nothing. As it is when asked for. */
  state?(): Promise<unknown>;
}

export interface AttemptResources {
  readonly memoryMb: number;
  readonly cpuCores: number;
  readonly diskMb: number;
}

/** A program for the process host (a "template" of the configuration with its placeholders filled in). */
export interface Program {
  /** Executable and arguments; never a shell line. */
  readonly argv: readonly [string, ...string[]];
  /** Working directory, absolute. */
  readonly cwd: string;
  /** Added to a minimal inherited environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** How results are read. `exit`: the exit code alone. Default `exit`. */
  readonly results?: readonly ResultSource[];
  /** Command run before the try when the named recovery action applies, for example `reinstall_deps`. */
  readonly recoveries?: Readonly<
    Record<string, { readonly argv?: readonly [string, ...string[]]; readonly env?: Readonly<Record<string, string>> }>
  >;
  /**
   * Whether the program uses the team's bus: its standard input stays open behind the first line, and lines come and go there; see
   * docs/bus.md. Without a `jsonl` source its lines are read from standard output. Default false.
   */
  readonly bus?: boolean;
  /** Error type per exit code, for example `{"3": "import_error"}`. */
  readonly errorTypes?: Readonly<Record<string, string>>;
  /** Files to keep after the try: paths or globs, relative to `cwd`. */
  readonly artifacts?: readonly string[];
}

/**
 * A place a child process leaves structured results in. Paths are relative to `cwd`; without one it is standard output.
 * `fd:3` as the path of `jsonl` is a pipe the child finds open as descriptor 3.
 */
export type ResultSource =
  | { readonly format: "junit"; readonly path: string }
  | { readonly format: "tap"; readonly path?: string }
  | { readonly format: "jsonl"; readonly path?: string }
  | { readonly format: "lcov"; readonly path: string }
  | { readonly format: "exit" };

/** What an attempt reports while it runs. */
export interface AttemptSink {
  progress(progress: AttemptProgress): void;
  log(level: "debug" | "info" | "warn" | "error", text: string): void;
  /** Resource use seen now. */
  usage(usage: ResourceUsage): void;
  /**
   * Asks for more time: the attempt has `ms` from now on, unless it has more left. Resolves when that is durable.
   * `LEASE_FENCED` when the attempt has ended, `LEASE_REVOKED` when it was asked to stop, `TASK_REPORT_INVALID` unless
   * `ms` is 1 to a year.
   */
  extend(ms: number): Promise<void>;
  /**
   * Keeps a JSON value for the agent's next attempt, in the place of what it saved before; `undefined` keeps nothing.
   * Resolves when that is durable. `AGENT_STATE_INVALID` above 256 KiB, `LEASE_FENCED` when the attempt counts no more,
   * `LEASE_REVOKED` when its work goes to another agent, `PAYLOAD_INVALID` for what JSON cannot hold.
   */
  saveState(value: unknown): Promise<void>;
}

export interface AttemptProgress {
  /** 0 to 100. */
  readonly percentage: number;
  readonly message?: string;
  readonly completed?: number;
  readonly remaining?: number;
}

export interface ResourceUsage {
  /** Memory used now, in bytes, where that differs from the peak and is known. */
  readonly memoryBytes?: number | null;
  /** Peak resident memory of the whole process group in bytes; `null` where it cannot be measured. */
  readonly memoryPeakBytes: number | null;
  readonly cpuMs: number | null;
  readonly diskBytes: number | null;
}

export interface AttemptResult {
  readonly ok: boolean;
  /** JSON value; for the process host without a `result` line of its own a {@link ProcessOutput}. */
  readonly output?: unknown;
  /** Measured values by criterion name: `pass_rate` 0–1, `coverage` 0–1, `execution_time` seconds, `memory` MB, `speedup`, … */
  readonly metrics: Readonly<Record<string, number>>;
  readonly artifacts: readonly Artifact[];
  /** Present when not `ok`, and for failed tests that are tolerated. */
  readonly error?: AttemptError;
  /**
   * The agent did not take it on, for the reason in `error`, and nothing was done: no retry is used up, the attempt goes to
   * another agent or waits, and this one is given nothing new for `pauseMs` milliseconds (a second at least, an hour at most).
   */
  readonly refused?: { readonly pauseMs: number };
  readonly usage: ResourceUsage;
  readonly durationMs: number;
  readonly exitCode?: number | null;
}

export interface Artifact {
  readonly name: string;
  /** Where the bytes are, absolute. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface AttemptError {
  /** `import_error`, `permission_error`, `memory_error`, `timeout`, `calculation_error`, `logic_error`, `system_error`, `network_error`, … */
  readonly type: string;
  readonly message: string;
  /** Code of the error registry, when the host itself raised the error. */
  readonly code?: ErrorCode;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What a program left behind that gave no `result` of its own. */
export interface ProcessOutput {
  readonly exitCode: number | null;
  readonly stdout: CapturedText;
  readonly stderr: CapturedText;
  readonly tests?: TestTotals;
}

/** Output of a program, whole or its head and tail. */
export interface CapturedText {
  readonly text: string;
  /** Bytes the program wrote in all. */
  readonly bytes: number;
  /** Whether the middle is missing from `text`. */
  readonly truncated: boolean;
}

export interface TestTotals {
  /** Passed and failed; skipped tests are not counted. */
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}
