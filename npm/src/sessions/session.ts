import type { Misfit } from "../agents/fit.ts";
import { PolyphonError } from "../errors/error.ts";
import type { SessionRecord } from "../runtime/history/record.ts";
import type { SessionEntry } from "../runtime/mirror/entries.ts";
import { Channel, type Stream } from "../runtime/stream.ts";
import type { StatePort } from "./state/port.ts";
import { SessionState } from "./state/session-state.ts";
import type { FactView, SessionStatus, SessionView } from "./view.ts";

/** How far a session is. */
export interface SessionProgress {
  /** 0 to 100. */
  readonly percentage: number;
  /**
   * Time left in milliseconds, from how long tasks of the same class took and how many run at once; 0 after the end, `null`
   * while nothing is known. It follows a change with the next value.
   */
  readonly etaMs: number | null;
  readonly status: SessionStatus;
  readonly completed: number;
  readonly failed: number;
  readonly total: number;
  /** Running tasks by key, 0 to 100. */
  readonly running: Readonly<Record<string, number>>;
}

/** What a session came to. */
export interface SessionResult {
  readonly id: string;
  readonly status: "completed" | "failed" | "cancelled";
  /** Why, when it did not complete, with the reason of the first task that failed. */
  readonly reason: string | null;
  /** Outputs of completed tasks by key. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Something that happened, after it was persisted. */
export interface TeamEvent {
  /** Position in the journal. */
  readonly seq: number;
  /** Milliseconds since the epoch, by the kernel's clock. */
  readonly timeMs: number;
  /** For example `TaskGranted`. */
  readonly type: string;
  /** Key of the task it is about. */
  readonly task: string | null;
  /** Name of the agent it is about. */
  readonly agent: string | null;
  /** The event's own facts. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** A line an agent wrote while it worked on a task. Kept in memory only. */
export interface LogEntry {
  /** Milliseconds since the epoch, by the kernel's clock. */
  readonly timeMs: number;
  readonly level: "debug" | "info" | "warn" | "error";
  /** At most 4,096 characters. */
  readonly text: string;
  /** Id of the session. */
  readonly session: string;
  /** Key of the task. */
  readonly task: string;
  /** Name of the agent. */
  readonly agent: string;
  /** Which try at the task, from 1. */
  readonly attempt: number;
}

/** A fact to be recorded. */
export interface FactDraft {
  /** Default `given`. */
  readonly kind?: FactView["kind"];
  readonly text: string;
  /** Who says so. Default: nobody in particular. */
  readonly source?: string;
}

/**
 * A session that has ended, as its face keeps it: the team forgets it in time. A class for the reason that entries of the
 * mirror are.
 */
export class HeldSession {
  readonly entry: SessionEntry;
  /** Where it was read back from what is kept of it. */
  readonly record: SessionRecord | undefined;

  constructor(entry: SessionEntry, record?: SessionRecord) {
    this.entry = entry;
    this.record = record;
  }
}

/** A session as whoever uses its state knows it. */
export interface StateSession {
  /** Rejects when there is no such session. */
  readonly accepted: Promise<number>;
  /** `undefined` before the session is durable. */
  readonly handle: number | undefined;
  /** Where it has ended. */
  readonly held: HeldSession | undefined;
}

/** What a session needs of its team. */
export interface SessionPort {
  /** Somebody asks for the events of a session that has no handle yet. */
  wantEarlyEvents(): void;
  id(handle: number, held: HeldSession | undefined): string;
  view(handle: number, held: HeldSession | undefined): Promise<SessionView>;
  progress(handle: number, held: HeldSession | undefined): SessionProgress;
  /** Lines that are kept, the oldest first. */
  logs(handle: number): Iterable<LogEntry>;
  result(handle: number, held: HeldSession | undefined): SessionResult | Promise<SessionResult>;
  cancel(handle: number, reason: string): Promise<void>;
  pause(handle: number, reason: string): Promise<void>;
  resume(handle: number): Promise<void>;
  updateContext(handle: number, values: Readonly<Record<string, unknown>>): Promise<void>;
  recordFacts(handle: number, facts: readonly FactView[]): Promise<void>;
  misfits(handle: number): Promise<readonly Misfit[]>;
  close(handle: number): Promise<void>;
  state(session: StateSession): StatePort;
  context(handle: number, held: HeldSession | undefined): Promise<Readonly<Record<string, unknown>>>;
}

/** One orchestration: a running plan, its progress and its result. */
export class Session {
  readonly #port: SessionPort;
  /** Whoever waits until the session is durable. */
  #accepting: PromiseWithResolvers<number> | undefined;
  #handle: number | undefined;
  #held: HeldSession | undefined;
  /** Whoever waits for the result. */
  #waiting: PromiseWithResolvers<SessionResult> | undefined;
  #result: Promise<SessionResult> | undefined;
  #ended = false;
  #failure: PolyphonError | undefined;
  #progress: Channel<SessionProgress> | undefined;
  #events: Channel<TeamEvent> | undefined;
  #logs: Channel<LogEntry> | undefined;
  #state: SessionState | undefined;

  /** Made by `team.orchestrate` and `team.session`. */
  constructor(port: SessionPort) {
    this.#port = port;
  }

  /** Resolves with the session's id once the plan is durable; rejects when it is refused. */
  get ready(): Promise<string> {
    return this.#accepted.then((handle) => this.#port.id(handle, this.#held));
  }

  /** TypeID, `session_…`. `SESSION_NOT_READY` before {@link Session.ready} has resolved. */
  get id(): string {
    if (this.#handle === undefined) throw notReady();
    return this.#port.id(this.#handle, this.#held);
  }

  /** What the session came to. Rejects only when the plan is refused or the team can go on no longer. */
  get result(): Promise<SessionResult> {
    this.#result ??= this.#resultOrWait();
    return this.#result;
  }

  /** How far the session is: now, at every change, and while tasks report progress. */
  get progress$(): Stream<SessionProgress> {
    this.#progress ??= this.#channel(() =>
      this.#handle === undefined ? [] : [this.#port.progress(this.#handle, this.#held)],
    );
    return this.#progress.stream;
  }

  /** What happens to the session, from now on. */
  get events$(): Stream<TeamEvent> {
    if (this.#handle === undefined) this.#port.wantEarlyEvents();
    this.#events ??= this.#channel(() => []);
    return this.#events.stream;
  }

  /**
   * What its agents write with `ctx.log`, with `log` lines of the protocol, and to standard output where that is no
   * result: first the lines that are still kept (10,000 in a team, 4 MiB of text at most), then each as it comes. A
   * program that writes more than 50 lines a second is cut short, and a line says so.
   */
  get logs$(): Stream<LogEntry> {
    this.#logs ??= this.#channel(() => (this.#handle === undefined ? [] : this.#port.logs(this.#handle)));
    return this.#logs.stream;
  }

  /** Everything about the session, as of the last persisted event. */
  async view(): Promise<SessionView> {
    return this.#port.view(await this.#accepted, this.#held);
  }

  /** What its agents share, keep to themselves and lock. Readable after the end as long as the session is. */
  get state(): SessionState {
    this.#state ??= new SessionState(this.#port.state(this.#stateSession()), OWNER);
    return this.#state;
  }

  /**
   * Ends a session that was opened without tasks ({@link Team.openSession}): it completes. Changes nothing when it is closed
   * already; `SESSION_ENDED` when it has ended otherwise.
   */
  async close(): Promise<void> {
    return this.#port.close(await this.#accepted);
  }

  /** Takes back everything that has not ended. Resolves when that is durable; await {@link Session.result} for the end. */
  async cancel(reason = "cancelled by the user"): Promise<void> {
    return this.#port.cancel(await this.#accepted, reason);
  }

  /** Starts nothing new until {@link Session.resume}; what runs goes on. */
  async pause(reason = "paused by the user"): Promise<void> {
    return this.#port.pause(await this.#accepted, reason);
  }

  async resume(): Promise<void> {
    return this.#port.resume(await this.#accepted);
  }

  /** Values the session's agents share, by name. */
  async context(): Promise<Readonly<Record<string, unknown>>> {
    return this.#port.context(await this.#accepted, this.#held);
  }

  /** Sets shared values; `undefined` removes one. `BUS_BACKPRESSURE` when more than 8 MiB wait for the disk. */
  async updateContext(values: Readonly<Record<string, unknown>>): Promise<void> {
    return this.#port.updateContext(await this.#accepted, values);
  }

  /**
   * Adds to the task ledger what is known, or not yet, about the work; {@link Session.view} has it. At most 1,000 facts a
   * session, each 1 to 4,096 bytes with a source of at most 256 (`SESSION_LEDGER`); `SESSION_ENDED` after the end.
   */
  async recordFacts(facts: readonly FactDraft[]): Promise<void> {
    const whole = facts.map(({ kind = "given", text, source = "" }) => ({ kind, text, source }));
    return this.#port.recordFacts(await this.#accepted, whole);
  }

  /** Tasks still to be done that nobody who is there, will come back or could be started by a pool could do. */
  async misfits(): Promise<readonly Misfit[]> {
    return this.#port.misfits(await this.#accepted);
  }

  /** @internal The session is durable. */
  accept(handle: number): void {
    this.#handle = handle;
    this.#accepting?.resolve(handle);
  }

  /** @internal The session was known before this face of it. */
  adopt(handle: number, held: HeldSession | undefined): void {
    this.#held = held;
    this.#ended = held !== undefined;
    this.accept(handle);
  }

  /** @internal The session was read back from what is kept of it. */
  remember(handle: number, held: HeldSession): void {
    this.#held = held;
    this.accept(handle);
  }

  /** @internal The team tells of a change. */
  changed(): void {
    if (this.#handle !== undefined && this.#progress?.isObserved)
      this.#progress.next(this.#port.progress(this.#handle, this.#held));
  }

  /** @internal Whether anybody wants events. */
  get wantsEvents(): boolean {
    return this.#events?.isObserved === true;
  }

  /** @internal The team tells what happened. */
  happened(event: TeamEvent): void {
    this.#events?.next(event);
  }

  /** @internal An agent wrote a line. */
  logged(entry: LogEntry): void {
    this.#logs?.next(entry);
  }

  /** @internal The session has ended. */
  end(handle: number, held: HeldSession): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#handle = handle;
    this.#held = held;
    this.#waiting?.resolve(this.#told(handle, held));
    this.#progress?.complete();
    this.#events?.complete();
    this.#logs?.complete();
  }

  /** @internal The session cannot be followed any longer. */
  fail(error: PolyphonError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = error;
    this.#accepting?.reject(error);
    this.#waiting?.reject(error);
    this.#progress?.complete();
    this.#events?.complete();
    this.#logs?.complete();
  }

  /** Resolves once the session is durable. Whoever asks hears of a refusal; nobody has to ask. */
  get #accepted(): Promise<number> {
    if (this.#handle !== undefined) return Promise.resolve(this.#handle);
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#accepting ??= Promise.withResolvers();
    return this.#accepting.promise;
  }

  #stateSession(): StateSession {
    const [accepted, handle, held] = [() => this.#accepted, () => this.#handle, () => this.#held];
    return {
      get accepted() {
        return accepted();
      },
      get handle() {
        return handle();
      },
      get held() {
        return held();
      },
    };
  }

  #resultOrWait(): Promise<SessionResult> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#ended && this.#handle !== undefined) return Promise.resolve(this.#told(this.#handle, this.#held));
    this.#waiting = Promise.withResolvers();
    return this.#waiting.promise;
  }

  #told(handle: number, held: HeldSession | undefined): SessionResult | Promise<SessionResult> {
    try {
      return this.#port.result(handle, held);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #channel<T>(first: () => Iterable<T>): Channel<T> {
    const channel = new Channel<T>(first);
    if (this.#ended) channel.complete();
    return channel;
  }
}

const OWNER = { attempt: null, agent: "" };

function notReady(): PolyphonError {
  return new PolyphonError("SESSION_NOT_READY", {
    message: "the session has no id before the journal has it: await session.ready first.",
    retryable: true,
  });
}
