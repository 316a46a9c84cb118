import type { SessionState } from "../sessions/state/session-state.ts";
import type { AgentBus } from "./agent-bus.ts";
import type { AgentSetup, Artifact, Attempt, AttemptProgress } from "./host.ts";

/** What an agent is asked to do. */
export interface AgentTask<I = unknown> {
  readonly taskId: string;
  /** Name the user gave the task, for example `A1`. */
  readonly key: string;
  readonly sessionId: string;
  readonly input: I;
  readonly resources: Attempt["resources"];
  /** Time this try is given, in milliseconds; it may ask for more. */
  readonly timeoutMs: number;
}

/**
 * What an agent has at hand while it performs one try. Calls after its end have no effect; those of the bus are refused then
 * with `LEASE_FENCED`.
 */
export interface AgentContext extends AgentBus {
  /** Asks to end: a timeout, a cancellation, a shutdown. `signal.reason` says which. */
  readonly signal: AbortSignal;
  /** Which try this is. */
  readonly attempt: AttemptInfo;
  /** The recovery strategy this try stands for; `undefined` on a first try. */
  readonly recovery: Attempt["recovery"];
  readonly log: AgentLog;
  /** Outputs of the tasks this one waited for, by key. One that did not complete has none. */
  outputs(): Promise<Readonly<Record<string, unknown>>>;
  /**
   * What the tasks of the session share (`session.updateContext`), as it is now; in a worker thread, as it was when the
   * try began.
   */
  context(): Promise<Readonly<Record<string, unknown>>>;
  /**
   * What the agents of the session share: values, locks and transactions, also with the tasks this one is a part of and those
   * that are parts of it. What is written counts while this try does, and its locks end with it: `LEASE_FENCED` afterwards.
   * Functions of the team's own process only; `HOST_STATE_UNSUPPORTED` elsewhere.
   */
  readonly session: SessionState;
  /** `config` of its options. */
  readonly config: unknown;
  /** What `start` of its behavior answered; `undefined` without one. */
  readonly instance: unknown;
  /**
   * What this agent saved last, whatever the task and however long ago: it outlives restarts of the agent and of the team.
   * `undefined`: nothing. As it is when asked for; in a worker thread, as it was when the try began or as it saved since.
   */
  state<T = unknown>(): Promise<T | undefined>;
  /**
   * Keeps a JSON value of at most 256 KiB for the tries that follow, in the place of what was saved before; `undefined`
   * keeps nothing. Resolves when that is durable. Of tries that run at the same time the last to save counts.
   * `AGENT_STATE_INVALID` when it is too large, `PAYLOAD_INVALID` for what JSON cannot hold, `LEASE_FENCED` when the try has
   * ended or counts no more, `LEASE_REVOKED` when its work goes to another agent.
   */
  saveState(value: unknown): Promise<void>;
  /** Says how far the task is, in percent or in detail. At most 10 a second are passed on, always the latest. */
  progress(progress: number | AttemptProgress): void;
  /**
   * Asks for more time: this try has `ms` milliseconds from now on, unless it has more left. Time limits of the task as a
   * whole, its phase and its session hold as they did. Resolves when that is durable. `LEASE_REVOKED` when the try was
   * asked to end, `LEASE_FENCED` when it has ended, `TASK_REPORT_INVALID` unless `ms` is 1 to a year.
   */
  extend(ms: number): Promise<void>;
  /** Records a measured value that success criteria can refer to, at most 64 names. `HOST_METRIC_INVALID` */
  metric(name: string, value: number): void;
  /**
   * Keeps bytes beyond the task. Answers when they are on disk; the result waits for it in any case.
   * `HOST_ARTIFACT_FAILED`, `HOST_ARTIFACT_UNSUPPORTED`
   */
  artifact(name: string, content: ArtifactContent): Promise<Artifact>;
}

export interface AttemptInfo {
  /** `<task id>.<fence>`: unique for ever; a good idempotency key for calls to other systems. */
  readonly id: string;
  /** 1 for the first try. */
  readonly number: number;
  readonly fence: number;
  readonly agentId: string;
}

export interface AgentLog {
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

/** A text, bytes, a stream of bytes, or a file. */
export type ArtifactContent = string | Uint8Array | AsyncIterable<Uint8Array> | { readonly path: string };

/** Keeps artifacts: answers only when the bytes are durable. */
export interface ArtifactKeeper {
  /** `attempt`: whose it is. */
  keep(name: string, content: ArtifactContent, attempt?: Attempt): Promise<Artifact>;
  /** What it keeps of this hash, under a name; `undefined` when that is nothing. Default: it cannot tell. */
  find?(name: string, sha256: string): Promise<Artifact | undefined>;
}

/** An agent: performs a task and answers its output, a JSON value, or throws. An `errorType` on what it throws is taken over. */
export type Perform<I = unknown> = (task: AgentTask<I>, ctx: AgentContext) => unknown;

/** An agent that has to be prepared: `start` before its first try, `stop` after its last one. */
export interface AgentBehavior<I = unknown> {
  /**
   * Prepares the agent and answers what its tries find as `ctx.instance`: a connection, a model, a cache. Every agent of a
   * pool, and every thread of an agent in worker threads, has one of its own. What it throws is a failed start, which is tried
   * again; see `AgentHost.start`.
   */
  start?(ctx: AgentSetup): unknown;
  readonly perform: Perform<I>;
  /** Puts away what `start` answered. See `AgentHost.stop`. */
  stop?(instance: unknown, ctx: AgentSetup): unknown;
}

/** A function, or one with what goes before and after it. */
export type AgentCode<I = unknown> = Perform<I> | AgentBehavior<I>;
