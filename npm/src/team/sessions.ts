import { PolyphonError } from "../errors/error.ts";
import type { LogLevel, Run } from "../runtime/attempt.ts";
import { Logs } from "../runtime/logs.ts";
import type { SessionEntry } from "../runtime/mirror/entries.ts";
import type { DraftRow } from "../runtime/payloads.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { type ProjectionParts, percentageOf, projectEscalation, projectSession } from "../sessions/project.ts";
import {
  type LogEntry,
  Session,
  type SessionPort,
  type SessionProgress,
  type SessionResult,
} from "../sessions/session.ts";
import type { EscalationView, SessionView } from "../sessions/view.ts";
import { type CompiledPlan, compilePlan } from "../tasks/compile.ts";
import type { PlanDefinition } from "../tasks/plan.ts";
import { validatePlan } from "../tasks/validate.ts";
import type { Event } from "../wasm/codec.generated.ts";
import type { OrchestrateOptions } from "./options.ts";
import { describeEvent } from "./team-event.ts";

/** Tasks of a plan that is handed in whole; a larger one travels in parts. */
const WHOLE_PLAN_TASKS = 250;
const PART_TASKS = 250;
const NO_HASH = new Uint8Array(32);

/** The sessions of a team: starts them, finds them, and tells their faces what happens. */
export class Sessions implements SessionPort {
  readonly #runtime: Runtime;
  readonly #logs = new Logs();
  /** Faces somebody may hold, by handle. */
  readonly #faces = new Map<number, Session[]>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  start(plan: PlanDefinition, options: OrchestrateOptions): Session {
    const hash = options.configHash === undefined ? NO_HASH : fromHex(options.configHash);
    const compiled = compilePlan(validatePlan(plan), this.#runtime.payloads, hash);
    const accepted = this.#submit(compiled, options);
    const session: Session = new Session(
      this,
      accepted.then((handle) => {
        // A repeated call answers a session that has a face already, and perhaps an end.
        if (this.#runtime.mirror.sessions.get(handle)?.endedMs == null) this.#follow(handle, session);
        else queueMicrotask(() => session.end(handle));
        return handle;
      }),
    );
    return session;
  }

  byId(id: string): Session {
    const handle = this.#runtime.handleOf("session", id);
    const entry = handle === undefined ? undefined : this.#runtime.mirror.sessions.get(handle);
    if (entry === undefined) throw unknown(id);
    return this.#face(entry);
  }

  all(): readonly Session[] {
    return [...this.#runtime.mirror.sessions.values()].reverse().map((entry) => this.#face(entry));
  }

  /** Folds an event into the faces it concerns. The mirror has it already. */
  happened(seq: number, timeMs: number, event: Event, handle: number | undefined): void {
    const faces = handle === undefined ? undefined : this.#faces.get(handle);
    if (faces === undefined || handle === undefined) return;
    for (const face of faces) {
      if (face.wantsEvents) face.happened(describeEvent(seq, timeMs, event, this.#runtime.mirror));
      face.changed();
      if (event.type === "SessionEnded") face.end(handle);
    }
    if (event.type === "SessionEnded") this.#faces.delete(handle);
  }

  /** Keeps a line an agent wrote and passes it on. */
  logged({ session, agent, key, attempt }: Run, level: LogLevel, text: string): LogEntry {
    const timeMs = this.#runtime.nowMs();
    const name = this.#runtime.mirror.agents.get(agent)?.spec.key ?? `agent#${agent}`;
    const facts = { timeMs, level, text, session: this.id(session), task: key, agent: name, attempt };
    const entry = this.#logs.add(session, facts);
    for (const face of this.#faces.get(session) ?? []) face.logged(entry);
    return entry;
  }

  /** Lines that are kept, of one session or of all. */
  logs(session?: number): Iterable<LogEntry> {
    return this.#logs.kept(session);
  }

  changed(handle: number): void {
    for (const face of this.#faces.get(handle) ?? []) face.changed();
  }

  close(error: PolyphonError): void {
    for (const face of [...this.#faces.values()].flat()) face.close(error);
    this.#faces.clear();
  }

  id(handle: number): string {
    return this.#runtime.id("session", handle);
  }

  view(handle: number): Promise<SessionView> {
    return projectSession(this.#entry(handle), this.#projection(), this.#runtime.nowMs());
  }

  /** Every escalation in memory, the open ones first. */
  escalations(): readonly EscalationView[] {
    const views = [...this.#runtime.mirror.escalations.values()].map((entry) =>
      projectEscalation(entry, this.#projection()),
    );
    return [...views.filter((view) => view.resolved === null), ...views.filter((view) => view.resolved !== null)];
  }

  escalation(handle: number): EscalationView | undefined {
    const entry = this.#runtime.mirror.escalations.get(handle);
    return entry === undefined ? undefined : projectEscalation(entry, this.#projection());
  }

  progress(handle: number): SessionProgress {
    const entry = this.#entry(handle);
    const { counts, status, openedMs, endedMs } = entry;
    const percentage = percentageOf(entry);
    const spentMs = Math.max(this.#runtime.nowMs() - openedMs, 0);
    const running = entry.tasks.filter((task) => task.status === "running");
    return {
      percentage,
      etaMs: endedMs !== null ? 0 : percentage <= 0 ? null : Math.round((spentMs * (100 - percentage)) / percentage),
      status: status === "cancelling" ? "running" : status,
      completed: counts.completed,
      failed: counts.failed,
      total: counts.total,
      running: Object.fromEntries(running.map((task) => [task.spec.key, task.progressPpm / 10_000])),
    };
  }

  async result(handle: number): Promise<SessionResult> {
    const { status, reason, tasks } = this.#entry(handle);
    const id = this.id(handle);
    const done = tasks.filter((task) => task.output !== null && task.status === "completed");
    const outputs = await Promise.all(
      done.map(async ({ spec, output }) => [spec.key, await this.#runtime.decode(output)] as const),
    );
    return { id, status: status as SessionResult["status"], reason, outputs: Object.fromEntries(outputs) };
  }

  async cancel(session: number, reason: string): Promise<void> {
    await this.#runtime.submit({ type: "CancelSession", session, reason });
  }

  async pause(session: number, reason: string): Promise<void> {
    await this.#runtime.submit({ type: "PauseSession", session, reason });
  }

  async resume(session: number): Promise<void> {
    await this.#runtime.submit({ type: "ResumeSession", session });
  }

  async updateContext(session: number, values: Readonly<Record<string, unknown>>): Promise<void> {
    const rows: DraftRow[] = [];
    const entries = Object.entries(values).map(
      ([name, value]) => [name, this.#runtime.payloads.encode(value, rows)] as const,
    );
    await this.#runtime.submit({ type: "UpdateContext", session, entries }, { rows, owner: session });
  }

  async context(handle: number): Promise<Readonly<Record<string, unknown>>> {
    const entries = [...this.#entry(handle).context];
    const values = await Promise.all(
      entries.map(async ([name, value]) => [name, await this.#runtime.decode(value)] as const),
    );
    return Object.fromEntries(values);
  }

  async #submit({ spec, tasks, rows, input }: CompiledPlan, options: OrchestrateOptions): Promise<number> {
    const { actor, idempotencyKey } = options;
    const from = actor === undefined ? {} : { actor };
    const once = idempotencyKey === undefined ? from : { ...from, idempotencyKey };
    if (tasks.length <= WHOLE_PLAN_TASKS) {
      return this.#runtime.submit({ type: "Orchestrate", plan: spec, tasks, input }, { ...once, rows });
    }
    const session = await this.#runtime.submit(
      { type: "BeginPlan", plan: spec, expected: tasks.length, input },
      { ...once, rows },
    );
    const parts: Promise<number>[] = [];
    for (let first = 0; first < tasks.length; first += PART_TASKS) {
      const part = tasks.slice(first, first + PART_TASKS);
      parts.push(this.#runtime.submit({ type: "AddTasks", session, tasks: part }, from));
    }
    parts.push(this.#runtime.submit({ type: "CommitPlan", session }, from));
    try {
      await Promise.all(parts);
    } catch (error) {
      await Promise.allSettled(parts);
      await this.#runtime
        .submit({ type: "CancelSession", session, reason: "the plan was refused" })
        .catch(() => undefined);
      throw error;
    }
    return session;
  }

  #projection(): ProjectionParts {
    return {
      mirror: this.#runtime.mirror,
      id: (kind, entity, createdMs) => this.#runtime.id(kind, entity, createdMs),
      decode: (payload) => this.#runtime.decode(payload),
    };
  }

  #face(entry: SessionEntry): Session {
    const known = this.#faces.get(entry.handle)?.[0];
    if (known !== undefined) return known;
    const face = new Session(this, Promise.resolve(entry.handle));
    if (entry.endedMs === null) this.#follow(entry.handle, face);
    face.adopt(entry.handle, entry.endedMs !== null);
    return face;
  }

  #follow(handle: number, face: Session): void {
    const faces = this.#faces.get(handle);
    if (faces === undefined) this.#faces.set(handle, [face]);
    else faces.push(face);
  }

  #entry(handle: number): SessionEntry {
    const entry = this.#runtime.mirror.sessions.get(handle);
    if (entry === undefined) throw unknown(`session#${handle}`);
    return entry;
  }
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, index) => Number.parseInt(text.slice(index * 2, index * 2 + 2), 16));
}

function unknown(id: string): PolyphonError {
  return new PolyphonError("SESSION_UNKNOWN", {
    message: `there is no session ${id} in memory; it may have ended long ago, or belong to another journal.`,
    details: { session: id },
  });
}
