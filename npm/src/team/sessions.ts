import { lookAtPlan, type Misfit } from "../agents/fit.ts";
import { PolyphonError } from "../errors/error.ts";
import { HandleMap } from "../handle-map.ts";
import { fromHex } from "../hex.ts";
import type { LogLevel, Run } from "../runtime/attempt.ts";
import { recordOf } from "../runtime/history/history.ts";
import { HistoryLoader } from "../runtime/history/loader.ts";
import type { SessionRecord } from "../runtime/history/record.ts";
import type { SessionFold } from "../runtime/history/session-fold.ts";
import { Logs } from "../runtime/logs.ts";
import type { SessionEntry } from "../runtime/mirror/entries.ts";
import { type DraftRow, PayloadReading } from "../runtime/payloads.ts";
import { asPolyphonError } from "../runtime/refusals.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { contextOf, inlineOutputs, outputsOf } from "../runtime/values.ts";
import type { SubmitOptions } from "../runtime/waiting.ts";
import { Etas } from "../sessions/etas.ts";
import { type LiveFacts, lookAtSession } from "../sessions/live.ts";
import { type ProjectionParts, percentageOf, projectEscalation, projectSession } from "../sessions/project.ts";
import {
  HeldSession,
  type LogEntry,
  Session,
  type SessionPort,
  type SessionProgress,
  type SessionResult,
  type StateSession,
} from "../sessions/session.ts";
import type { StatePort } from "../sessions/state/port.ts";
import { SessionState } from "../sessions/state/session-state.ts";
import type { EscalationView, FactView, SessionView } from "../sessions/view.ts";
import { type CompiledPlan, compilePlan } from "../tasks/compile.ts";
import { partsOf } from "../tasks/parts.ts";
import type { PlanDefinition } from "../tasks/plan.ts";
import { validatePlan } from "../tasks/validate.ts";
import type { Event } from "../wasm/codec.generated.ts";
import { EarlyEvents } from "./early-events.ts";
import type { OrchestrateOptions, SessionOptions } from "./options.ts";
import { Start, type StartPort } from "./session-start.ts";
import { SessionStatePort } from "./session-state.ts";
import { describeEvent } from "./team-event.ts";
import { planWeight, rowBytes } from "./weight.ts";

/** Events that change nothing about how far a session is. */
const SILENT: ReadonlySet<Event["type"]> = new Set<Event["type"]>([
  "ValueWritten",
  "LockQueued",
  "LockGranted",
  "LockExtended",
  "LockEnded",
]);

/** The sessions of a team: starts them, finds them, and tells their faces what happens. */
export class Sessions implements SessionPort, StartPort {
  readonly #runtime: Runtime;
  readonly #logs = new Logs();
  /** Faces somebody may hold, by handle. */
  readonly #faces = new HandleMap<Session[]>();
  readonly #early = new EarlyEvents();
  readonly #history: HistoryLoader;
  readonly #etas: Etas;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#etas = new Etas(runtime, (session) => this.changed(session));
    this.#history = new HistoryLoader(runtime.reader, runtime.mirror);
  }

  start(plan: PlanDefinition, options: OrchestrateOptions): Session {
    const hash = options.configHash === undefined ? null : fromHex(options.configHash);
    const compiled = compilePlan(validatePlan(plan), this.#runtime.payloads, hash);
    const session = new Session(this);
    this.#early.begin();
    this.#submit(compiled, options, new Start(this, session, planWeight(compiled)));
    return session;
  }

  /** Opens a session without tasks. */
  open({ name, timeoutMs, actor, idempotencyKey }: SessionOptions): Session {
    const given = { ...(name === undefined ? {} : { name }), ...(timeoutMs === undefined ? {} : { timeoutMs }) };
    const { spec } = compilePlan(validatePlan({ ...given, tasks: [] }), this.#runtime.payloads, null);
    // Nobody works on it, so that it takes as long as it takes.
    const plan = { ...spec, timeoutMs: timeoutMs ?? 0 };
    const session = new Session(this);
    this.#early.begin();
    const options = { actor, idempotencyKey };
    this.#runtime.loop.ask({ type: "OpenSession", plan, input: null }, options, new Start(this, session, 0));
    return session;
  }

  /** A start is durable. A repeated call answers a session that has a face already, and perhaps an end. */
  started({ session, bytes }: Start, handle: number): void {
    this.#runtime.loop.room.leave(bytes);
    const missed = this.#early.end(handle);
    const entry = this.#runtime.mirror.sessions.get(handle);
    if (entry === undefined) {
      this.#readBack(handle, "", session);
      return;
    }
    if (entry.endedMs === null) this.#follow(handle, session);
    else this.#endSoon(session, new HeldSession(entry));
    // What happened in the very commit that made the session; whoever subscribed before is to hear of it.
    for (const { seq, timeMs, event } of session.wantsEvents ? missed : [])
      session.happened(describeEvent(seq, timeMs, event, this.#runtime.mirror));
    for (const line of this.#logs.kept(handle)) session.logged(line);
    session.accept(handle);
  }

  /** A start came to nothing. */
  refused({ session, bytes }: Start, error: Error): void {
    this.#runtime.loop.room.leave(bytes);
    this.#early.end();
    session.fail(asPolyphonError(error));
  }

  #endSoon(session: Session, held: HeldSession): void {
    queueMicrotask(() => session.end(held.entry.handle, held));
  }

  wantEarlyEvents(): void {
    this.#early.want();
  }

  byId(id: string): Session {
    const { mirror } = this.#runtime;
    const handle = this.#runtime.handleOf("session", id);
    if (handle === undefined || handle < 1 || handle > mirror.seq) throw unknown(id);
    const entry = mirror.sessions.get(handle);
    if (entry !== undefined) {
      if (this.id(handle) !== id) throw unknown(id);
      return this.#face(entry);
    }
    const face = new Session(this);
    this.#readBack(handle, id, face);
    return face;
  }

  all(): readonly Session[] {
    return [...this.#runtime.mirror.sessions.values()].reverse().map((entry) => this.#face(entry));
  }

  /** Folds an event into the faces it concerns. The mirror has it already. */
  happened(seq: number, timeMs: number, event: Event, handle: number | undefined): void {
    this.#history.happened(seq, timeMs, event);
    if (handle === undefined) return;
    const faces = this.#faces.get(handle);
    if (faces === undefined) {
      this.#early.keep(handle, { seq, timeMs, event });
      return;
    }
    for (const face of faces) {
      if (face.wantsEvents) face.happened(describeEvent(seq, timeMs, event, this.#runtime.mirror));
      if (!SILENT.has(event.type)) face.changed();
    }
    if (event.type !== "SessionEnded") return;
    const entry = this.#runtime.mirror.sessions.get(handle);
    if (entry !== undefined) for (const face of faces) face.end(handle, new HeldSession(entry));
    this.#faces.delete(handle);
    this.#etas.forget(handle);
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

  fail(error: PolyphonError): void {
    for (const face of [...this.#faces.values()].flat()) face.fail(error);
    this.#faces.clear();
    this.#runtime.mirror.locks.close(error);
  }

  id(handle: number, held?: HeldSession): string {
    return this.#runtime.id("session", handle, this.#entry(handle, held).openedMs);
  }

  async view(handle: number, held: HeldSession | undefined): Promise<SessionView> {
    const whole = await this.#whole(handle, held);
    const live = whole.entry.endedMs === null ? await this.#live(handle) : undefined;
    return this.#tell(whole, ({ entry, record }, decode) =>
      projectSession(entry, { ...this.#projection(record), decode }, live),
    );
  }

  /** What the kernel says of a session that goes on; nothing when the team cannot go on itself. */
  #live(handle: number): Promise<LiveFacts | undefined> {
    return this.#runtime.loop.read((kernel) => lookAtSession(kernel, handle)).catch(() => undefined);
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

  progress(handle: number, held: HeldSession | undefined): SessionProgress {
    const entry = this.#entry(handle, held);
    const { counts, status, endedMs } = entry;
    const percentage = percentageOf(entry);
    const running = entry.tasks.filter((task) => task.status === "running");
    return {
      percentage,
      etaMs: endedMs === null ? this.#etas.of(handle) : 0,
      status: status === "cancelling" ? "running" : status,
      completed: counts.completed,
      failed: counts.failed,
      total: counts.total,
      running: Object.fromEntries(running.map((task) => [task.key, task.progressPpm / 10_000])),
    };
  }

  result(handle: number, held: HeldSession | undefined): SessionResult | Promise<SessionResult> {
    const id = this.id(handle, held);
    const session = held ?? new HeldSession(this.#entry(handle));
    const inline = inlineOutputs(session.entry.tasks);
    if (inline !== undefined) return resultOf(id, session.entry, inline);
    return this.#tell(session, async ({ entry }, decode) => resultOf(id, entry, await outputsOf(entry.tasks, decode)));
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
    const inline = entries.reduce((sum, [, value]) => sum + (value?.type === "Inline" ? value.bytes.length : 0), 0);
    await this.#entering(inline + rowBytes(rows), () =>
      this.#runtime.submit({ type: "UpdateContext", session, entries }, { rows, owner: session }),
    );
  }

  async recordFacts(session: number, facts: readonly FactView[]): Promise<void> {
    const bytes = facts.reduce((sum, { text, source }) => sum + text.length + source.length, 0);
    await this.#entering(bytes, () => this.#runtime.submit({ type: "RecordFacts", session, facts }));
  }

  /** What the agents of a session share. */
  state(session: StateSession): StatePort {
    return new SessionStatePort(
      {
        runtime: this.#runtime,
        whole: (handle, held) => this.#whole(handle, held),
        entering: (bytes, submit) => this.#entering(bytes, submit),
      },
      session,
    );
  }

  /** The same for one try of an agent. */
  stateOf({ session, fence, agent }: Run): SessionState {
    const name = this.#runtime.mirror.agents.get(agent)?.spec.key ?? "";
    const known = { accepted: Promise.resolve(session), handle: session, held: undefined };
    return new SessionState(this.state(known), { attempt: fence, agent: name });
  }

  async close(session: number): Promise<void> {
    await this.#runtime.submit({ type: "CommitPlan", session });
  }

  misfits(session: number): Promise<readonly Misfit[]> {
    return this.#runtime.loop.read((kernel) => lookAtPlan(kernel, session));
  }

  async context(handle: number, held: HeldSession | undefined): Promise<Readonly<Record<string, unknown>>> {
    return this.#tell(held ?? new HeldSession(this.#entry(handle)), ({ entry }, decode) => contextOf(entry, decode));
  }

  /** What waits for the disk is bounded: what there is no room for is refused before anything of it is sent. */
  #entering<T>(bytes: number, submit: () => Promise<T>): Promise<T> {
    const { room } = this.#runtime.loop;
    try {
      room.enter(bytes);
    } catch (error) {
      return Promise.reject(error);
    }
    return submit().then(
      (value) => {
        room.leave(bytes);
        return value;
      },
      (error: unknown) => {
        room.leave(bytes);
        throw error;
      },
    );
  }

  #submit(plan: CompiledPlan, { actor, idempotencyKey }: OrchestrateOptions, start: Start): void {
    const { spec, tasks, rows, input } = plan;
    const { loop } = this.#runtime;
    const options = { actor, idempotencyKey, rows };
    const parts = partsOf(tasks);
    try {
      loop.room.enter(start.bytes);
    } catch (error) {
      this.#early.end();
      start.session.fail(asPolyphonError(error));
      return;
    }
    if (parts.length === 1) loop.ask({ type: "Orchestrate", plan: spec, tasks, input }, options, start);
    else {
      this.#submitParts(plan, parts, options).then(
        (handle) => start.settle(handle),
        (error: Error) => start.fail(error),
      );
    }
  }

  async #submitParts(
    { spec, tasks, input }: CompiledPlan,
    parts: ReturnType<typeof partsOf>,
    options: SubmitOptions,
  ): Promise<number> {
    const from = { actor: options.actor };
    const session = await this.#runtime.submit(
      { type: "BeginPlan", plan: spec, expected: tasks.length, input },
      options,
    );
    const sent = parts.map((part) => this.#runtime.submit({ type: "AddTasks", session, tasks: part }, from));
    sent.push(this.#runtime.submit({ type: "CommitPlan", session }, from));
    try {
      await Promise.all(sent);
    } catch (error) {
      await Promise.allSettled(sent);
      await this.#runtime
        .submit({ type: "CancelSession", session, reason: "the plan was refused" })
        .catch(() => undefined);
      throw error;
    }
    return session;
  }

  #projection(record?: SessionRecord): ProjectionParts {
    const { mirror } = this.#runtime;
    return {
      mirror,
      teamAlerts: record?.teamAlerts ?? mirror.alerts.ofTeam(),
      agentName: (agent) => record?.agents.get(agent) ?? mirror.agents.get(agent)?.spec.key,
      id: (kind, entity, createdMs) => this.#runtime.id(kind, entity, createdMs),
      decode: (payload) => this.#runtime.decode(payload),
    };
  }

  #face(entry: SessionEntry): Session {
    const known = this.#faces.get(entry.handle)?.[0];
    if (known !== undefined) return known;
    const face = new Session(this);
    if (entry.endedMs === null) this.#follow(entry.handle, face);
    face.adopt(entry.handle, entry.endedMs === null ? undefined : new HeldSession(entry));
    return face;
  }

  #follow(handle: number, face: Session): void {
    const faces = this.#faces.get(handle);
    // No literal: see the entries of the mirror.
    if (faces === undefined) this.#faces.set(handle, Array.of(face));
    else faces.push(face);
  }

  #entry(handle: number, held?: HeldSession): SessionEntry {
    const entry = this.#runtime.mirror.sessions.get(handle) ?? held?.entry;
    if (entry === undefined) throw unknown(`session#${handle}`);
    return entry;
  }

  /** The session with everything that led to its state, which a snapshot does not hold. */
  async #whole(handle: number, held: HeldSession | undefined): Promise<HeldSession> {
    const known = this.#entry(handle, held);
    if (!known.partial) return known === held?.entry ? held : new HeldSession(known);
    const fold = await this.#history.load({ handle, id: this.id(handle, held) });
    return new HeldSession(fold.session(handle) ?? known);
  }

  /** Tells of a session. When compaction took payloads of one that has ended, its archive has what remains of them. */
  async #tell<T>(
    session: HeldSession,
    tell: (session: HeldSession, decode: ProjectionParts["decode"]) => Promise<T>,
  ): Promise<T> {
    const { entry, record } = session;
    const reading = new PayloadReading((payload) => this.#runtime.decode(payload));
    const told = await tell(session, reading.decode);
    if (!reading.isMissing || record !== undefined || entry.endedMs === null) return told;
    const id = this.#runtime.id("session", entry.handle, entry.openedMs);
    const archived = this.#recordOf(await this.#history.load({ handle: entry.handle, id }), entry.handle);
    return archived === undefined ? told : tell(archived, (payload) => this.#runtime.decode(payload));
  }

  #recordOf(fold: SessionFold, handle: number): HeldSession | undefined {
    const entry = fold.session(handle);
    return entry === undefined ? undefined : new HeldSession(entry, recordOf(fold, entry, this.#runtime.mirror.agents));
  }

  /** Gives a face what is kept of a session that left memory, and its end with it. */
  #readBack(handle: number, id: string, face: Session): void {
    this.#recall(handle, id).then(
      (held) => {
        face.remember(handle, held);
        face.changed();
        this.#endSoon(face, held);
      },
      (error: unknown) => face.fail(asPolyphonError(error)),
    );
  }

  /** What is kept of a session that left memory. */
  async #recall(handle: number, id: string): Promise<HeldSession> {
    const fold = await this.#history.load({ handle, id });
    const held = this.#recordOf(fold, handle);
    if (held === undefined || held.entry.endedMs === null) throw unknown(id);
    if (id !== "" && this.#runtime.id("session", handle, held.entry.openedMs) !== id) throw unknown(id);
    return held;
  }
}

function resultOf(id: string, entry: SessionEntry, outputs: SessionResult["outputs"]): SessionResult {
  const { status, reason, tasks } = entry;
  const failed =
    status === "failed" ? tasks.find((task) => task.status === "failed" && task.reason !== null) : undefined;
  const why = failed === undefined ? reason : `${reason}; ${failed.key}: ${failed.reason}`;
  // No literal: see the entries of the mirror.
  const result = {} as { -readonly [name in keyof SessionResult]: SessionResult[name] };
  result.id = id;
  result.status = status as SessionResult["status"];
  result.reason = why;
  result.outputs = outputs;
  return result;
}

function unknown(id: string): PolyphonError {
  return new PolyphonError("SESSION_UNKNOWN", {
    message: `there is no session ${id}; it may have ended longer ago than sessions are kept, or belong to another journal.`,
    details: { session: id },
  });
}
