import { type Agent, type AgentView, agentSpec, type Pool, poolSpec, projectAgent } from "../agents/agent.ts";
import type { Catalog, FoundAgent, UnservedDemand } from "../agents/discovery.ts";
import type { Misfit } from "../agents/fit.ts";
import { withHealthCheck } from "../agents/health-check.ts";
import type { AgentId } from "../agents/id.ts";
import { withPolicies } from "../agents/policed.ts";
import type { Bus } from "../bus/bus.ts";
import type { QueueOptions, StreamOptions } from "../bus/queue/options.ts";
import type { Queue } from "../bus/queue/queue.ts";
import type { Queues } from "../bus/queue/queues.ts";
import type { DurableStream } from "../bus/queue/stream.ts";
import { PolyphonError } from "../errors/error.ts";
import type { AgentCode } from "../hosts/agent.ts";
import { functionHost } from "../hosts/function/host.ts";
import type { AgentHost } from "../hosts/host.ts";
import type { LogLevel, Run } from "../runtime/attempt.ts";
import { type Clock, systemClock } from "../runtime/clock.ts";
import type { Retention } from "../runtime/history/archiver.ts";
import { RETENTION } from "../runtime/history/retention.ts";
import { Runtime } from "../runtime/runtime.ts";
import { Channel, type Stream } from "../runtime/stream.ts";
import type { LogEntry, Session, TeamEvent } from "../sessions/session.ts";
import type { SessionState } from "../sessions/state/session-state.ts";
import type { EscalationView } from "../sessions/view.ts";
import { memoryStore } from "../stores/memory/memory-store.ts";
import type { Store, StoreHealth } from "../stores/store.ts";
import type { PlanDefinition } from "../tasks/plan.ts";
import type { Event, Heartbeat, HostKind } from "../wasm/codec.generated.ts";
import type {
  AgentOptions,
  AgentQuery,
  DecideOptions,
  OpenOptions,
  OrchestrateOptions,
  Platform,
  PoolOptions,
  RetentionOptions,
  SessionOptions,
} from "./options.ts";
import { Reach } from "./reach.ts";
import { Sessions } from "./sessions.ts";
import { settingsWith } from "./settings.ts";
import { TeamBus } from "./team-bus.ts";
import { describeEvent } from "./team-event.ts";

/** A team of agents around one journal. */
export class Team implements AsyncDisposable {
  readonly #runtime: Runtime;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #sessions: Sessions;
  readonly #reach: Reach;
  readonly #bus: TeamBus;
  readonly #events = new Channel<TeamEvent>();
  readonly #logs = new Channel<LogEntry>(() => this.#sessions.logs());
  readonly #hosts = new Set<AgentHost>();
  readonly #onError: (error: Error) => void;
  #closing: Promise<void> | undefined;

  private constructor(runtime: Runtime, store: Store, clock: Clock, bus: TeamBus, onError: (error: Error) => void) {
    this.#bus = bus;
    this.#runtime = runtime;
    this.#store = store;
    this.#clock = clock;
    this.#onError = onError;
    this.#sessions = new Sessions(runtime);
    this.#reach = new Reach(runtime);
  }

  /** Opens a journal and takes it over; work that had not ended goes on as soon as its agents are there. */
  static async open(platform: Platform, options: OpenOptions): Promise<Team> {
    const { store = memoryStore(), clock = systemClock(), node = "node", onError = () => undefined } = options;
    const module = options.module ?? (await platform.loadModule());
    const hears: { team?: Team } = {};
    const { notify, seed } = options;
    const onThrown = (error: unknown): void => onError(error instanceof Error ? error : new Error(String(error)));
    const bus = new TeamBus({ onError: onThrown, ...options.bus }, clock, options.node);
    const seeded = seed === undefined ? {} : { seed };
    const asking = notify === undefined ? {} : { notify: async (handle: number) => hears.team?.notify(handle, notify) };
    const { follow, snapshotEvents = SNAPSHOT_EVENTS } = platform;
    const retention = retentionOf(follow === undefined ? 0 : RETENTION.events, options.retention);
    const following =
      follow === undefined
        ? {}
        : {
            follow: (snapshotSeq: number) =>
              follow({ store, snapshotSeq, module, retention, snapshotEvents, troubled: (error) => onError(error) }),
          };
    const { keepRepro } = platform;
    const opening = Runtime.open(
      {
        store,
        clock,
        module,
        node,
        retention,
        snapshotEvents,
        directory: platform.directory,
        bus: (agent) => bus.of(agent),
        state: (run) => hears.team?.stateOf(run),
        ...(keepRepro === undefined ? {} : { keepRepro }),
        ...seeded,
        ...following,
        ...asking,
      },
      {
        happened: (seq, timeMs, event, session) => hears.team?.happened(seq, timeMs, event, session?.handle),
        ticked: (session) => hears.team?.ticked(session.handle),
        beat: (beats) => hears.team?.beat(beats),
        logged: (run, level, text) => hears.team?.logged(run, level, text),
        failed: (error) => hears.team?.failed(error),
        troubled: (error) => onError(error),
      },
    );
    const runtime = await opening.catch(async (error) => {
      await bus.close();
      throw error;
    });
    const team = new Team(runtime, store, clock, bus, onError);
    hears.team = team;
    try {
      const { settings, defaults } = runtime;
      if (settings !== undefined && settingsWith(settings, defaults, options) !== settings) {
        await runtime.configure((latest) => settingsWith(latest, defaults, options));
      }
    } catch (error) {
      await team.close();
      throw error;
    }
    return team;
  }

  /** Adds an agent that is a function of this process. */
  agent(name: string, code: AgentCode): Agent;
  agent(name: string, options: AgentOptions, code: AgentCode): Agent;
  agent(name: string, second: AgentOptions | AgentCode, third?: AgentCode): Agent {
    const [options, code] = third === undefined ? [{}, second as AgentCode] : [second as AgentOptions, third];
    return this.host(name, options, functionHost(code, { clock: this.#clock }));
  }

  /** Adds an agent that runs where `host` says. */
  host(name: string, options: AgentOptions, host: AgentHost): Agent {
    this.#check();
    const policed = withHealthCheck(withPolicies(host, options.policies), options.healthCheck);
    this.#hosts.add(host);
    const handle = this.#register(name, options, policed);
    const ready = handle.then(async ({ id, inService }) => {
      await inService;
      return id;
    });
    ready.catch((error: Error) => this.#onError(error));
    return {
      name,
      ready,
      stop: async (reason = "stopped by its owner") => {
        const { agent } = await handle;
        await this.#runtime.submit({ type: "StopAgent", agent, reason });
      },
      deregister: async (reason) => this.deregister((await handle).id, reason),
    };
  }

  /**
   * Adds as many agents as the work needs, within bounds: `<name>_001`, `<name>_002` and so on, all run by the same
   * function or host. The kernel starts and ends them; a pool is kept in the journal, and changed by adding it again.
   */
  pool(name: string, options: PoolOptions, runs: AgentCode | AgentHost): Pool {
    this.#check();
    const host = isHost(runs) ? runs : functionHost(runs, { clock: this.#clock });
    const checked = withHealthCheck(withPolicies(host, options.policies), options.healthCheck);
    this.#hosts.add(host);
    const defined = this.#runtime.insist({ type: "DefinePool", spec: poolSpec(name, host.kind as HostKind, options) });
    const handle = defined.then((pool) => {
      this.#runtime.executor.hosts.attachPool(pool, { host: checked, config: options.config });
      return pool;
    });
    handle.catch((error: Error) => this.#onError(error));
    return {
      name,
      get ready() {
        return handle.then(() => undefined);
      },
      stop: async (reason = "stopped by its owner") => {
        await this.#runtime.submit({ type: "RemovePool", pool: await handle, reason });
      },
    };
  }

  /**
   * A durable queue of messages, made when there is none of that name. Its options are kept in the journal; naming them
   * otherwise changes them. See {@link Queue.ready}.
   */
  queue<T = unknown>(name: string, options: QueueOptions = {}): Queue<T> {
    this.#check();
    return this.#runtime.queues.open<T>(name, options);
  }

  /**
   * A durable stream of messages, made when there is none of that name: every group of consumers gets every message, and cursors
   * read what is kept. Its options are kept in the journal; naming them otherwise changes them. `QUEUE_KIND` when a queue has the
   * name.
   */
  stream<T = unknown>(name: string, options: StreamOptions = {}): DurableStream<T> {
    this.#check();
    return this.#runtime.queues.stream<T>(name, options);
  }

  /**
   * Starts a plan. The session is there at once; `session.ready` says when the plan is durable. It rejects with
   * `BUS_BACKPRESSURE`, to be tried again after `retryAfterMs`, when the plans that wait for the disk come to more than
   * 8 MiB with this one; a plan larger than that is taken while no other waits. What runs is never held back.
   */
  orchestrate(plan: PlanDefinition, options: OrchestrateOptions = {}): Session {
    this.#check();
    return this.#sessions.start(plan, options);
  }

  /**
   * Opens a session without tasks, for what its users share: {@link Session.state}. It goes on until it is closed, cancelled
   * or its time is over; `session.ready` says when it is durable.
   */
  openSession(options: SessionOptions = {}): Session {
    this.#check();
    return this.#sessions.open(options);
  }

  /**
   * The session of an id. One that ended and left memory is read back from the journal or its archive. `SESSION_UNKNOWN` when
   * the id is none of this journal; when the session is not kept any more, everything asked of it rejects with that.
   */
  session(id: string): Session {
    this.#check();
    return this.#sessions.byId(id);
  }

  /** Every session in memory, newest first. */
  sessions(): readonly Session[] {
    return this.#sessions.all();
  }

  /** Questions to humans, the open ones first. */
  async escalations(): Promise<readonly EscalationView[]> {
    return this.#sessions.escalations();
  }

  /**
   * Decides about an escalation: `approve` takes the task for completed, `retry` runs it again with its failures forgotten,
   * `abort` ends it as failed. Deciding the same twice changes nothing; deciding otherwise is `ESCALATION_RESOLVED`.
   */
  async decide(id: string, decision: "approve" | "retry" | "abort", options: DecideOptions = {}): Promise<void> {
    const escalation = this.#runtime.handleOf("escalation", id);
    if (escalation === undefined) throw unknownEscalation(id);
    const { actor = "", note = "" } = options;
    await this.#runtime.submit({ type: "ResolveEscalation", escalation, decision, note }, { actor });
  }

  /** Every agent that is known. */
  async agents(): Promise<readonly AgentView[]> {
    // Silence grows by itself: the kernel looks at it now.
    this.#runtime.loop.poke();
    await Promise.resolve();
    const { mirror } = this.#runtime;
    return [...mirror.agents.values()].map((entry) => {
      const { handle } = entry;
      const id = this.#runtime.agentId(handle);
      return projectAgent(entry, id, mirror.agents, this.#runtime.vitals(handle));
    });
  }

  /**
   * Agents that fit a description, in the order in which they would be offered a task, those without room last; with the
   * measured values they are ranked by. Knows of everything that was asked of the team before.
   */
  findAgents(query: AgentQuery = {}): Promise<readonly FoundAgent[]> {
    return this.#reach.find(query);
  }

  /**
   * Tasks of a plan that nobody who is there, will come back or could be started by a pool could do; none when everything
   * could be done. Starts nothing. A plan that makes no sense is refused as {@link Team.orchestrate} would refuse it.
   */
  misfits(plan: PlanDefinition): Promise<readonly Misfit[]> {
    return this.#reach.misfits(plan);
  }

  /** The capabilities and types of agents that are known, with those this team added. */
  catalog(): Promise<Catalog> {
    return this.#reach.catalog();
  }

  /** What ready tasks have asked for in vain for a while, the oldest first. Each opens and closes with an event too. */
  unserved(): Promise<readonly UnservedDemand[]> {
    return this.#reach.unserved();
  }

  /**
   * Forgets an agent that is out of service: stopped, failed, or registered and never started. Its name is free afterwards.
   * `AGENT_UNKNOWN` when the id is of no agent, `AGENT_TRANSITION` while it is in service: stop it first.
   */
  deregister(id: string, reason = "deregistered by its owner"): Promise<void> {
    return this.#reach.deregister(id, reason);
  }

  /** What happens in the team, from now on, each after it was persisted. */
  get events$(): Stream<TeamEvent> {
    return this.#events.stream;
  }

  /** What agents write: first the lines that are still kept, 10,000 at most, then each as it comes. See {@link Session.logs$}. */
  get logs$(): Stream<LogEntry> {
    return this.#logs.stream;
  }

  /**
   * Messages between agents and whoever else is there: see {@link Bus}. The team itself says on the standing topics what
   * happens: every event on `events`, signs of life on `heartbeat`, lines of agents on `default`, on `priority` what somebody
   * has to look at (escalations, alerts, lost agents), and on `broadcast` what everybody has to know (agents stop, settings
   * change, the team is closed). Nothing of it is kept; it drains and closes with the team.
   */
  get bus(): Bus {
    this.#check();
    return this.#bus.bus;
  }

  /** Where the journal stands and what it takes. */
  health(): Promise<StoreHealth> {
    return this.#store.health();
  }

  /** Starts nothing new and resolves when what runs has ended and the bus is drained. */
  async drain(): Promise<void> {
    await this.#runtime.insist({ type: "StopAll", reason: "the team is drained" });
    await this.#runtime.executor.settled();
    await this.#runtime.loop.idle();
    await this.#runtime.executor.hosts.settled();
    await this.#runtime.loop.idle();
    await this.#bus.drain();
  }

  /**
   * Ends what runs, gives messages on their way five seconds, finishes what is being written, and lets the journal go. Safe to
   * call twice.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#runtime.queues.close(disposed());
    this.#bus.closing();
    this.#runtime.executor.abandon();
    await this.#runtime.executor.hosts.close();
    await Promise.all([...this.#hosts].map((host) => host.close()));
    await this.#bus.close();
    await this.#runtime.loop.idle();
    this.#runtime.loop.stop(disposed());
    this.#sessions.fail(disposed());
    this.#events.complete();
    this.#logs.complete();
    await this.#runtime.unfollow();
    await this.#store.close();
  }

  async #register(
    name: string,
    options: AgentOptions,
    host: AgentHost,
  ): Promise<{ readonly agent: number; readonly id: AgentId; readonly inService: Promise<unknown> }> {
    const spec = agentSpec(name, host.kind as HostKind, options);
    const agent = await this.#runtime.insist({ type: "RegisterAgent", spec });
    const { hosts } = this.#runtime.executor;
    const hosted = { host, config: options.config };
    const id = this.#runtime.agentId(agent);
    if (host.start === undefined) {
      this.#runtime.executor.attach(agent, hosted, spec.heartbeatMs);
      return { agent, id, inService: this.#runtime.insist({ type: "ReportAgentStarted", agent, start: null }) };
    }
    hosts.adopt(agent, hosted);
    const inService = hosts.inService(agent);
    // Whoever waits hears of it; nobody may.
    inService.catch(() => undefined);
    // Whoever was known and came back is being started already.
    if (this.#runtime.mirror.agents.get(agent)?.status === "starting") hosts.start({ agent, start: null, spec });
    else await this.#runtime.insist({ type: "StartAgent", agent });
    return { agent, id, inService };
  }

  /** @internal */
  happened(seq: number, timeMs: number, event: Event, session: number | undefined): void {
    this.#sessions.happened(seq, timeMs, event, session);
    if (!this.#bus.isMade && !this.#events.isObserved) return;
    const describe = (): TeamEvent => describeEvent(seq, timeMs, event, this.#runtime.mirror);
    if (this.#events.isObserved) this.#events.next(describe());
    this.#bus.happened(event, describe, () => (session === undefined ? undefined : this.sessionId(session)));
  }

  /** @internal */
  beat(beats: readonly Heartbeat[]): void {
    if (!this.#bus.hears("heartbeat")) return;
    for (const { agent, memoryBytes } of beats) {
      const entry = this.#runtime.mirror.agents.get(agent);
      if (entry !== undefined) this.#bus.beat(entry, this.#runtime.agentId(agent), memoryBytes);
    }
  }

  /** @internal Epoch in which it took the journal over. */
  get epoch(): number {
    return this.#runtime.epoch;
  }

  /** @internal */
  get queues(): Queues {
    this.#check();
    return this.#runtime.queues;
  }

  /** @internal What an attempt shares with others of its session. */
  stateOf(run: Run): SessionState {
    return this.#sessions.stateOf(run);
  }

  /** @internal Id of a session in memory. */
  sessionId(handle: number): string | undefined {
    return this.#runtime.mirror.sessions.has(handle) ? this.#runtime.id("session", handle) : undefined;
  }

  /** @internal An agent of this team has ended by itself: what it worked on goes to others. */
  async left(id: string): Promise<void> {
    const agent = this.#runtime.handleOf("agent", id);
    if (agent !== undefined)
      await this.#runtime.submit({ type: "ReportAgentStopped", agent, error: null, start: null });
  }

  /** @internal */
  ticked(session: number): void {
    this.#sessions.changed(session);
  }

  /** @internal */
  logged(run: Run, level: LogLevel, text: string): void {
    const entry = this.#sessions.logged(run, level, text);
    if (this.#logs.isObserved) this.#logs.next(entry);
    if (this.#bus.hears("default")) this.#bus.logged(entry);
  }

  /** @internal */
  async notify(escalation: number, tell: (escalation: EscalationView) => Promise<void>): Promise<void> {
    const view = this.#sessions.escalation(escalation);
    if (view !== undefined) await tell(view);
  }

  /** @internal */
  failed(error: PolyphonError): void {
    this.#onError(error);
    this.#sessions.fail(error);
  }

  #check(): void {
    if (this.#closing !== undefined) throw disposed();
  }
}

function isHost(runs: AgentCode | AgentHost): runs is AgentHost {
  return typeof runs !== "function" && "run" in runs;
}

/** Events between two snapshots: what a recovery has to fold at most, about. */
const SNAPSHOT_EVENTS = 50_000;

/** Checks what a caller may have computed: a count below nothing would keep nothing at all. */
function retentionOf(events: number, given: RetentionOptions = {}): Retention {
  for (const [name, value] of Object.entries(given)) {
    if (Number.isFinite(value) && value >= 0) continue;
    throw new PolyphonError("CONFIG_INVALID", { message: `retention.${name} is ${value}; it is a number from 0.` });
  }
  return { ...RETENTION, events, ...given };
}

function unknownEscalation(id: string): PolyphonError {
  return new PolyphonError("ESCALATION_UNKNOWN", {
    message: `${id} is no escalation of this journal.`,
    details: { id },
  });
}

function disposed(): PolyphonError {
  return new PolyphonError("RUNTIME_DISPOSED", { message: "the team is closed; open it again to go on." });
}
