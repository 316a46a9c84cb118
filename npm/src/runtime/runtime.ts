import type { AgentId } from "../agents/id.ts";
import type { Bus } from "../bus/bus.ts";
import { Queues } from "../bus/queue/queues.ts";
import type { ErrorCode } from "../errors/codes.generated.ts";
import { PolyphonError } from "../errors/error.ts";
import type { ResourceUsage } from "../hosts/host.ts";
import type { SessionState } from "../sessions/state/session-state.ts";
import type { Snapshot, Store, StoreOpened, StoreReader } from "../stores/store.ts";
import {
  type AgentVitals,
  type Command,
  type Event,
  type Heartbeat,
  type Payload,
  readAgentVitals,
  readSettings,
  type Settings,
  type StepOutput,
} from "../wasm/codec.generated.ts";
import type { EntityKind } from "../wasm/kernel.ts";
import { Reader } from "../wasm/msgpack.ts";
import type { LogLevel, Run } from "./attempt.ts";
import type { Clock } from "./clock.ts";
import { Executor } from "./executor.ts";
import type { Following } from "./following.ts";
import { visitEvents } from "./frame.ts";
import { Archiver, type Retention } from "./history/archiver.ts";
import { Loop, type Rebuilt } from "./loop.ts";
import type { AgentEntry, SessionEntry, TaskEntry } from "./mirror/entries.ts";
import type { Mirror } from "./mirror/mirror.ts";
import { decodePayload, type PayloadSource, Payloads } from "./payloads.ts";
import { findRequests, type Recovered, recover } from "./recovery.ts";
import { type Panic, writeRepro } from "./repro.ts";
import { contextOf, dependenciesOf, outputsOf, type Values } from "./values.ts";
import type { SubmitOptions } from "./waiting.ts";

/** How long and how often a journal that cannot be read back is tried again. */
const REOPEN_DELAYS_MS = [100, 500, 2_000, 5_000];

/** Codes of commands that are not in the journal because the store could not write. */
const NOT_WRITTEN: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["STORE_BUSY", "STORE_FULL", "STORE_IO"]);

/** How often a command that is insisted on is given again. */
const INSIST = 5;

/** What a runtime is made of. */
export interface RuntimeParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly module: WebAssembly.Module;
  readonly node: string;
  /** Default: random. */
  readonly seed?: number;
  /** How much of the past is kept where nobody follows the journal. */
  readonly retention: Retention;
  /** Events between two snapshots where nobody follows the journal. */
  readonly snapshotEvents: number;
  /** Follows the journal beside its owner, from its newest snapshot. */
  follow?(snapshotSeq: number): Following;
  /** Tells a human of an escalation; what it throws is written down with the effect. */
  notify?(escalation: number): Promise<void>;
  /** Keeps what repeats a step that broke the kernel after event `seq`; answers where. */
  keepRepro?(seq: number, bytes: Uint8Array): Promise<string>;
  /** Folder for the files of a task. */
  directory(sessionId: string, key: string): Promise<string>;
  /** The bus with the rights of the agent of a name. */
  bus?(agent: string): Bus | undefined;
  /** What an attempt shares with others of its session. */
  state?(run: Run): SessionState | undefined;
}

/** Who hears of what was persisted. */
export interface RuntimeListener {
  /** An event was folded into the mirror; `session` is the one it belongs to. */
  happened(seq: number, timeMs: number, event: Event, session: SessionEntry | undefined): void;
  /** A volatile report of a running attempt. */
  ticked(session: SessionEntry): void;
  /** Agents gave signs of life. */
  beat(beats: readonly Heartbeat[]): void;
  /** An agent wrote a line. */
  logged(run: Run, level: LogLevel, text: string): void;
  /** The runtime can go on no longer. */
  failed(error: PolyphonError): void;
  /** Something went wrong that no caller hears of. */
  troubled(error: Error): void;
}

/** The process around one kernel: its journal, its clock, its agents' hosts, and the mirror reads come from. */
export class Runtime {
  readonly #parts: RuntimeParts;
  readonly #listener: RuntimeListener;
  readonly #following: Following | undefined;
  readonly #mirror: Mirror;
  #snapshotSeq = 0;
  /** The journal was taken over from whoever had it before. */
  #isOwner = false;
  #olderSnapshotSeq = 0;
  /** A snapshot that was taken and is not durable yet. */
  #taken: Snapshot | undefined;
  readonly #archiver: Archiver | undefined;
  #keeping: Promise<void> = Promise.resolve();
  readonly loop: Loop;
  readonly executor: Executor;
  readonly payloads: Payloads;
  /** In which the journal was opened. */
  readonly epoch: number;
  /** Durable queues. */
  readonly queues: Queues;
  readonly #source: PayloadSource;

  private constructor(
    parts: RuntimeParts,
    listener: RuntimeListener,
    opened: StoreOpened,
    { kernel, mirror, snapshotSeq }: Recovered,
  ) {
    this.#parts = parts;
    this.#listener = listener;
    this.#mirror = mirror;
    this.#snapshotSeq = snapshotSeq;
    this.#following = parts.follow?.(snapshotSeq);
    const hash = (bytes: Uint8Array): Uint8Array => this.loop.kernel.payloadHash("", bytes);
    this.payloads = new Payloads(String(opened.epoch), hash);
    this.epoch = opened.epoch;
    this.#source = { load: (key) => parts.store.payload(key), hash };
    this.#archiver = this.#following === undefined ? this.#makeArchiver() : undefined;
    this.loop = new Loop(kernel, {
      store: parts.store,
      clock: parts.clock,
      rebuild: () => this.#rebuild(),
      persisted: (output) => this.#persisted(output),
      act: (effects) => this.executor.act(effects),
      rebuilt: () => this.queues.rebuilt(),
      waits: () => this.#mirror.live > 0 || this.queues.isConsuming,
      failed: (error) => listener.failed(error),
      panicked: (panic) => this.#panicked(panic),
    });
    this.queues = new Queues({
      loop: this.loop,
      clock: parts.clock,
      source: this.#source,
      nextKey: () => this.payloads.nextKey(),
    });
    this.executor = new Executor({
      loop: this.loop,
      queues: this.queues,
      clock: parts.clock,
      payloads: this.payloads,
      source: this.#source,
      id: (kind, handle) => this.id(kind, handle),
      isRemote: (agent) => this.#mirror.agents.get(agent)?.spec.host === "remote",
      isOutOfReach: (agent) => isOutOfReach(this.#mirror.agents.get(agent)),
      directory: (sessionId, key) => parts.directory(sessionId, key),
      notify: async (escalation) => parts.notify?.(escalation),
      beat: (beats) => listener.beat(beats),
      outputs: (handle) => this.#outputs(handle),
      context: (handle) => this.#context(handle),
      bus: ({ agent }) => this.#bus(agent),
      session: (run) => parts.state?.(run),
      state: (handle) => this.#state(handle),
      limits: () => this.#limits(),
      judgesPassRate: (task) => this.#judgesPassRate(task),
      tick: (run, ppm) => this.#tick(run, ppm),
      log: (run, level, text) => listener.logged(run, level, text),
      usage: (run, usage) => this.#used(run, usage),
    });
  }

  /** Opens the journal, folds it and takes it over. */
  static async open(parts: RuntimeParts, listener: RuntimeListener): Promise<Runtime> {
    const opened = await parts.store.open();
    try {
      const recovered = await recover(parts.store, opened, parts.module);
      const runtime = new Runtime(parts, listener, opened, recovered);
      const seed = parts.seed ?? recovered.kernel.drawSeed();
      await runtime.insist({ type: "StartNode", epoch: opened.epoch, seed, node: parts.node });
      runtime.#isOwner = true;
      runtime.executor.act(runtime.loop.kernel.openEffects());
      return runtime;
    } catch (error) {
      await parts.store.close();
      throw error;
    }
  }

  /** Ends the follower; the loop must have come to rest. */
  async unfollow(): Promise<void> {
    await this.#keeping;
    await this.#following?.close();
  }

  /** The journal, to be read. */
  get reader(): StoreReader {
    return this.#parts.store;
  }

  get mirror(): Mirror {
    return this.#mirror;
  }

  /** Submits a command; see {@link Loop.submit}. */
  submit(command: Command, options?: SubmitOptions): Promise<number> {
    return this.loop.submit(command, options);
  }

  /** Submits a command that bears being given twice, again and again while the store fails to write it. */
  async insist(command: Command): Promise<number> {
    for (let left = INSIST; ; left--) {
      try {
        return await this.loop.submit(command);
      } catch (error) {
        if (left === 0 || !(error instanceof PolyphonError) || !NOT_WRITTEN.has(error.code)) throw error;
      }
    }
  }

  /** The configuration in force. */
  get settings(): Settings | undefined {
    return this.loop.kernel.settings();
  }

  /** What holds where nothing else was said. */
  get defaults(): Settings {
    return readSettings(new Reader(this.loop.kernel.view({ type: "Defaults" })));
  }

  /** How an agent is doing, as the kernel hears of it. */
  vitals(agent: number): AgentVitals | undefined {
    const bytes = this.loop.kernel.view({ type: "Vitals", agent });
    return bytes.length === 0 ? undefined : readAgentVitals(new Reader(bytes));
  }

  /** Brings settings into force that differ from those the journal has. */
  async configure(change: (settings: Settings) => Settings): Promise<void> {
    const settings = this.loop.kernel.settings();
    if (settings !== undefined) await this.insist({ type: "Configure", settings: change(settings) });
  }

  /** TypeID of an entity. */
  id(kind: EntityKind, handle: number, createdMs: number = this.#createdMs(kind, handle)): string {
    return this.loop.kernel.id(kind, handle, createdMs);
  }

  agentId(handle: number, registeredMs?: number): AgentId {
    return this.id("agent", handle, registeredMs) as AgentId;
  }

  /** The entity an id stands for. */
  handleOf(kind: EntityKind, id: string): number | undefined {
    return this.loop.kernel.seqOf(kind, id);
  }

  /** Reads a payload back; an erased one is `undefined`. */
  decode(payload: Payload | null): Promise<unknown> {
    return decodePayload(payload, this.#source);
  }

  /** Milliseconds since the epoch, by the kernel's clock. */
  nowMs(): number {
    return this.loop.nowMs();
  }

  #bus(agent: number): Bus | undefined {
    const name = this.#mirror.agents.get(agent)?.spec.key;
    return name === undefined ? undefined : this.#parts.bus?.(name);
  }

  /** Where nobody follows the journal, a snapshot of the running kernel keeps it from growing. */
  #snapshotWhenDue(durableSeq: number): void {
    if (this.#taken === undefined && durableSeq - this.#snapshotSeq >= this.#parts.snapshotEvents) {
      const { kernel } = this.loop;
      this.#taken = { seq: kernel.lastSeq, stateHash: kernel.stateHash(), bytes: kernel.snapshot() };
    }
    // The kernel is ahead of the disk under load: what was taken of it waits until it is durable.
    const taken = this.#taken;
    if (taken === undefined || taken.seq > durableSeq) return;
    this.#taken = undefined;
    this.#keepSnapshot(taken);
  }

  #keepSnapshot(snapshot: Snapshot): void {
    const { seq } = snapshot;
    const cut = Math.min(this.#olderSnapshotSeq + 1, seq - this.#parts.retention.events);
    this.#olderSnapshotSeq = this.#snapshotSeq;
    this.#snapshotSeq = seq;
    const { store } = this.#parts;
    this.#keeping = this.#keeping
      .then(() => store.putSnapshot(snapshot))
      .then(() => this.#compact(cut, seq))
      .catch((error: Error) => this.#listener.troubled(error));
  }

  async #compact(cut: number, seq: number): Promise<void> {
    if (cut <= 1) return;
    const { store } = this.#parts;
    const farewell = await this.#archiver?.prepare(cut, seq, this.nowMs());
    for (const archive of farewell?.archives ?? []) await store.putArchive(archive);
    await store.compact(cut, { closed: farewell?.closed ?? [] });
    if (farewell !== undefined && farewell.drop.length > 0) await store.dropArchives(farewell.drop);
  }

  #makeArchiver(): Archiver {
    const { store, retention } = this.#parts;
    const { sessions, agents, seq } = this.#mirror;
    const open = [...sessions.values()].filter((session) => session.endedMs === null).map(({ handle }) => handle);
    const id = (handle: number, openedMs: number): string => this.id("session", handle, openedMs);
    return new Archiver({ reader: store, retention, agents, id, payloads: this.#source }, open, seq);
  }

  #createdMs(kind: EntityKind, handle: number): number {
    const { sessions, tasks, agents, escalations } = this.#mirror;
    switch (kind) {
      case "session":
        return sessions.get(handle)?.openedMs ?? 0;
      case "task":
        return tasks.get(handle)?.session.openedMs ?? 0;
      case "agent":
        return agents.get(handle)?.registeredMs ?? 0;
      case "escalation":
        return escalations.get(handle)?.raisedMs ?? 0;
      default:
        return 0;
    }
  }

  #persisted(output: StepOutput): void {
    if (output.frame.length === 0) return;
    this.#fold(output.frame, output.eventsAt);
    this.queues.persisted();
    if (this.#following !== undefined) this.#following.advance(output.lastSeq);
    else this.#snapshotWhenDue(output.lastSeq);
  }

  #fold(frame: Uint8Array, eventsAt?: number): void {
    const last = visitEvents(
      frame,
      (seq, timeMs, event) => {
        if (seq <= this.#mirror.seq) return;
        const session = this.#mirror.apply(seq, timeMs, event);
        if (event.type === "SessionOpened") this.#archiver?.opened(seq);
        if (event.type === "SessionEnded") this.#archiver?.ended(event.session, seq);
        if (event.type === "TaskCompleted") this.executor.ended(event.fence, true);
        else if (event.type === "TaskAttemptFailed") this.executor.ended(event.fence, false);
        else this.executor.hosts.happened(event);
        this.#listener.happened(seq, timeMs, event, session);
      },
      eventsAt,
    );
    this.#mirror.seq = Math.max(this.#mirror.seq, last);
  }

  /** After a failed or doubtful append: what is durable is read back, and is all that counts. */
  async #rebuild(): Promise<Rebuilt> {
    const { store, clock, module } = this.#parts;
    const released = this.#mirror.seq;
    this.#taken = undefined;
    for (const delayMs of [...REOPEN_DELAYS_MS, undefined]) {
      try {
        const opened = await store.reopen();
        if (opened.lastSeq < released) throw wentBack(opened.lastSeq, released);
        const { kernel } = await recover(store, opened, module);
        const found = await findRequests(store, released, opened.lastSeq);
        if (opened.lastSeq > released) for await (const frame of store.read(released + 1)) this.#fold(frame);
        // Before the journal is taken over, what is open is the dead process's.
        return { kernel, found, effects: this.#isOwner ? kernel.openEffects() : [] };
      } catch (error) {
        if (delayMs === undefined) throw error;
        this.#listener.troubled(error as Error);
        await new Promise<void>((resolve) => clock.after(delayMs, resolve));
      }
    }
    throw new PolyphonError("STORE_IO", { message: "the journal could not be read back." });
  }

  /** Never rejects: a repro that cannot be kept does not keep the rest from going on. */
  async #panicked(panic: Panic): Promise<PolyphonError> {
    const { command, message, kernel } = panic;
    const seq = kernel.lastSeq;
    let file: string | undefined;
    try {
      file = await this.#parts.keepRepro?.(seq, writeRepro(panic));
    } catch (error) {
      this.#listener.troubled(error as Error);
    }
    const what =
      command === null
        ? "the passing of time broke the kernel, which stands still"
        : `the command ${command} broke the kernel and was refused; everything else goes on`;
    const where = file === undefined ? "" : ` What repeats it is in ${file}.`;
    const error = new PolyphonError("KERNEL_PANIC", {
      message: `${what}. ${message}${where}`,
      details: { command, seq, ...(file === undefined ? {} : { file }) },
    });
    if (command !== null) this.#listener.troubled(error);
    return error;
  }

  async #outputs(handle: number): Promise<Values> {
    const task = this.#mirror.tasks.get(handle);
    return task === undefined ? {} : outputsOf(dependenciesOf(task), (payload) => this.decode(payload));
  }

  async #context(handle: number): Promise<Values> {
    const session = this.#mirror.sessions.get(handle);
    return session === undefined ? {} : contextOf(session, (payload) => this.decode(payload));
  }

  #limits(): { readonly startMs: number; readonly stopMs: number } {
    const { agents, shutdownMs } = this.settings ?? this.defaults;
    return { startMs: agents.startTimeoutMs, stopMs: Math.max(shutdownMs, 1) };
  }

  /** What an agent saved last. A row that is gone was replaced while it was looked for. */
  async #state(handle: number): Promise<unknown> {
    const { agents } = this.#mirror;
    for (;;) {
      const payload = agents.state(handle);
      const value = await this.decode(payload);
      if (value !== undefined || payload === agents.state(handle)) return value;
    }
  }

  #judgesPassRate(handle: number): boolean {
    const criteria = this.#mirror.tasks.get(handle)?.criteria ?? [];
    return criteria.some(({ name }) => name.endsWith("pass_rate"));
  }

  #tick(run: Run, ppm: number): void {
    const task = this.#runningTask(run);
    if (task === undefined) return;
    task.progressPpm = ppm;
    this.#listener.ticked(task.session);
  }

  #used(run: Run, { memoryPeakBytes, cpuMs, diskBytes }: ResourceUsage): void {
    const task = this.#runningTask(run);
    if (task === undefined) return;
    task.usage = { memoryPeakBytes, cpuMs, diskBytes };
    this.#listener.ticked(task.session);
  }

  /** The task of an attempt that still is the one that counts. */
  #runningTask({ task, fence }: Run): TaskEntry | undefined {
    const entry = this.#mirror.tasks.get(task);
    return entry?.status === "running" && entry.attempts.at(-1)?.fence === fence ? entry : undefined;
  }
}

/** Somebody put an older copy in the place of the journal. */
function isOutOfReach(agent: AgentEntry | undefined): boolean {
  return agent?.spec.host === "remote" && agent.status === "failed" && agent.health === "unhealthy";
}

function wentBack(lastSeq: number, released: number): PolyphonError {
  const message = `the journal ends at ${lastSeq}, but was acknowledged up to ${released}: an older copy was put in its place. Put the newer file back, or open the older one as it is with a new team.`;
  return new PolyphonError("STORE_CORRUPT", { message, details: { seq: lastSeq + 1, reason: "gap" } });
}
