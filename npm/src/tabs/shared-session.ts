import type { Misfit } from "../agents/fit.ts";
import { PolyphonError } from "../errors/error.ts";
import type { Stream } from "../runtime/stream.ts";
import type { FactDraft, LogEntry, SessionProgress, SessionResult, TeamEvent } from "../sessions/session.ts";
import type { SessionView } from "../sessions/view.ts";
import type { Asking } from "./asking.ts";

/** A session as every tab has it, whichever owns the journal. */
export class SharedSession {
  /** Resolves with the session's id once the plan is durable; rejects when it is refused. */
  readonly ready: Promise<string>;
  readonly #asking: Asking;
  #id: string | undefined;
  #result: Promise<SessionResult> | undefined;

  /** @internal */
  constructor(asking: Asking, ready: Promise<string>) {
    this.#asking = asking;
    this.ready = ready;
    ready.then(
      (id) => {
        this.#id = id;
      },
      () => undefined,
    );
  }

  /** TypeID, `session_…`. `SESSION_NOT_READY` before {@link SharedSession.ready} has resolved. */
  get id(): string {
    if (this.#id !== undefined) return this.#id;
    throw new PolyphonError("SESSION_NOT_READY", { message: "await session.ready first.", retryable: true });
  }

  /** What the session came to. */
  get result(): Promise<SessionResult> {
    this.#result ??= this.#ask("result");
    return this.#result;
  }

  /** How far the session is: now, at every change, and while tasks report progress. */
  get progress$(): Stream<SessionProgress> {
    return this.#hear("progress");
  }

  /** What happens to the session, from now on. */
  get events$(): Stream<TeamEvent> {
    return this.#hear("events");
  }

  /** What its agents write. */
  get logs$(): Stream<LogEntry> {
    return this.#hear("logs");
  }

  view(): Promise<SessionView> {
    return this.#ask("view");
  }

  async cancel(reason?: string): Promise<void> {
    await this.#ask("cancel", reason);
  }

  async pause(reason?: string): Promise<void> {
    await this.#ask("pause", reason);
  }

  async resume(): Promise<void> {
    await this.#ask("resume");
  }

  context(): Promise<Readonly<Record<string, unknown>>> {
    return this.#ask("context");
  }

  async updateContext(values: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#ask("updateContext", values);
  }

  /** `TRANSPORT_LOST` when the journal changes hands meanwhile: nobody knows whether they were added. */
  async recordFacts(facts: readonly FactDraft[]): Promise<void> {
    await this.#asking.once("recordFacts", [await this.ready, facts]);
  }

  misfits(): Promise<readonly Misfit[]> {
    return this.#ask("sessionMisfits");
  }

  async #ask<T>(method: string, ...args: readonly unknown[]): Promise<T> {
    return this.#asking.again<T>(method, [await this.ready, ...args]);
  }

  #hear<T>(what: "events" | "logs" | "progress"): Stream<T> {
    return this.#asking.stream<T>(async () => ({ what, session: await this.ready }));
  }
}
