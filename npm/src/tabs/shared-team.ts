import type { AgentView } from "../agents/agent.ts";
import type { Catalog, FoundAgent, UnservedDemand } from "../agents/discovery.ts";
import type { Misfit } from "../agents/fit.ts";
import { Bus } from "../bus/bus.ts";
import type { QueueOptions, StreamOptions } from "../bus/queue/options.ts";
import type { Queue } from "../bus/queue/queue.ts";
import type { DurableStream } from "../bus/queue/stream.ts";
import type { Perform } from "../hosts/agent.ts";
import { type RemoteAgent, remoteAgent } from "../hosts/remote/satellite.ts";
import { within } from "../hosts/within.ts";
import type { Clock } from "../runtime/clock.ts";
import { randomHex } from "../runtime/random.ts";
import type { Stream } from "../runtime/stream.ts";
import type { LogEntry, TeamEvent } from "../sessions/session.ts";
import type { EscalationView } from "../sessions/view.ts";
import { type NamedLock, stealLock, takeLock } from "../stores/indexeddb/lock.ts";
import type { StoreHealth } from "../stores/store.ts";
import type { PlanDefinition } from "../tasks/plan.ts";
import type { AgentQuery, DecideOptions, OrchestrateOptions } from "../team/options.ts";
import type { Team } from "../team/team.ts";
import { workerTransport } from "../transports/worker/worker-transport.ts";
import { Air } from "./air.ts";
import { Asking } from "./asking.ts";
import { Leading } from "./leading.ts";
import { FOR_EVER_MS, HEARTBEAT_MS, nameIn, presenceOf, sharedName } from "./names.ts";
import { OwnerWatch } from "./owner-watch.ts";
import { SharedQueues } from "./shared-queues.ts";
import { SharedSession } from "./shared-session.ts";
import { SwitchTransport } from "./switch-transport.ts";

/** How an agent of a tab takes part in a shared team. Every field is optional. */
export interface SharedAgentOptions {
  readonly capabilities?: readonly string[];
  /** Default `worker`. */
  readonly type?: string;
  readonly version?: string;
  /** Tasks it works on at once. Default 100. */
  readonly maxLoad?: number;
  /** Default 30,000 ms. */
  readonly heartbeatMs?: number;
}

/** What a shared team is made of. */
export interface SharedParts {
  readonly name: string;
  readonly clock: Clock;
  /** Opens the journal, when it is this tab's turn to own it; `byForce`: whoever has it hangs. */
  open(byForce: boolean): Promise<Team>;
  onError(error: Error): void;
}

const AGENT_LOAD = 100;
/** Time the owner has to answer the last question before it is replaced, in milliseconds. */
const LAST_ASK_MS = 250;
/** Time a replaced owner has to put its team away, in milliseconds. */
const STEP_MS = 5_000;

/** How an owner that hangs is replaced. */
interface Force {
  /** Its tab, where it is known. */
  readonly hung: string | undefined;
  /** The new owner serves. */
  begun(): void;
}

/**
 * A team that all tabs and workers of an origin share which name the same journal: one of them owns it, the others use it
 * through that one, and when it goes the next takes over.
 */
export class SharedTeam implements AsyncDisposable {
  readonly #parts: SharedParts;
  readonly #tab = `tab-${randomHex(8)}`;
  readonly #way = new SwitchTransport(() => this.#seek());
  readonly #bus: Bus;
  readonly #asking: Asking;
  readonly #queues: SharedQueues;
  readonly #air: Air;
  readonly #agents = new Set<RemoteAgent>();
  readonly #closed = Promise.withResolvers<void>();
  readonly #watch: OwnerWatch;
  /** Settles when this tab owns the journal no more. */
  #owning: Promise<void> = Promise.resolve();
  #presence: NamedLock | undefined;
  #leading: Leading | undefined;
  #leader: string | undefined;
  /** Highest epoch somebody said it leads in. */
  #epoch = 0;
  #isComing = false;
  #turning: Promise<void> = Promise.resolve();
  #isClosed = false;

  private constructor(parts: SharedParts) {
    this.#parts = parts;
    this.#bus = new Bus({ clock: parts.clock, transport: this.#way, node: this.#tab });
    this.#asking = new Asking(this.#bus, parts.clock);
    this.#queues = new SharedQueues(this.#tab, this.#asking, parts.clock);
    this.#air = new Air(this.#tab, new BroadcastChannel(sharedName(parts.name)), {
      leader: (tab, epoch) => {
        // One that hung may not know yet that it was replaced.
        if (epoch < this.#epoch) return;
        this.#epoch = epoch;
        this.#watch.heard();
        this.#follow(tab);
      },
      coming: () => this.#watch.heard(),
      sought: () => {
        if (this.#leading !== undefined) this.#air.lead(this.#leading.epoch);
        else if (this.#isComing) this.#air.come();
      },
      caller: (tab, port) => this.#leading?.serve(tab, port),
    });
    this.#watch = new OwnerWatch(parts.clock, {
      ask: () => {
        if (this.#leading === undefined) this.#air.seek();
        else this.#watch.heard();
      },
      silent: () => void this.#replace().catch((error: Error) => parts.onError(error)),
    });
  }

  /** Resolves when there is an owner: this tab or another. Rejects when this tab should own it and cannot. */
  static async join(parts: SharedParts): Promise<SharedTeam> {
    const team = new SharedTeam(parts);
    const { clock, name } = parts;
    team.#presence = await takeLock(presenceOf(name, team.#tab), FOR_EVER_MS, clock);
    const found = Promise.withResolvers<void>();
    void team.#stand(found.reject);
    team.#watch.start();
    team.#air.seek();
    void team.health().then(() => found.resolve(), found.reject);
    try {
      await found.promise;
    } catch (error) {
      await team.close();
      throw error;
    }
    return team;
  }

  /**
   * The bus of the team, for every tab: what the team says on its standing topics, its agents, and all who talk there. A request or a
   * message under way when the owner changes may be lost (`TRANSPORT_LOST`); subscriptions are made anew.
   */
  get bus(): Bus {
    return this.#bus;
  }

  /** Whether this tab owns the journal now. */
  get isOwner(): boolean {
    return this.#leading !== undefined;
  }

  /**
   * Adds an agent that is a function of this tab. Tabs may add agents of one name each; in the journal the tab's name stands
   * behind it. When the tab goes, what its agents had in hand goes to others at once.
   */
  agent(name: string, perform: Perform): RemoteAgent;
  agent(name: string, options: SharedAgentOptions, perform: Perform): RemoteAgent;
  agent(name: string, second: SharedAgentOptions | Perform, third?: Perform): RemoteAgent {
    const { clock, onError } = this.#parts;
    const [options, perform] = typeof second === "function" ? [{}, second] : [second, third as Perform];
    const full = { maxLoad: AGENT_LOAD, ...options, name: nameIn(this.#tab, name), clock, onError };
    const agent = remoteAgent(this.#bus, full, perform);
    this.#agents.add(agent);
    void agent.closed.then(() => this.#agents.delete(agent));
    return agent;
  }

  /** Starts a plan. Once, also when the journal changes hands meanwhile. */
  orchestrate(plan: PlanDefinition, options: OrchestrateOptions = {}): SharedSession {
    const keyed = { idempotencyKey: randomHex(16), ...options };
    return new SharedSession(this.#asking, this.#asking.again<string>("orchestrate", [plan, keyed]));
  }

  /** The session of an id; `ready` rejects with `SESSION_UNKNOWN` when it is none of this journal. */
  session(id: string): SharedSession {
    return new SharedSession(this.#asking, this.#asking.again<string>("know", [id]));
  }

  /** Ids of the sessions in memory, newest first. */
  sessions(): Promise<readonly string[]> {
    return this.#asking.again("sessions");
  }

  escalations(): Promise<readonly EscalationView[]> {
    return this.#asking.again("escalations");
  }

  async decide(id: string, decision: "approve" | "retry" | "abort", options: DecideOptions = {}): Promise<void> {
    await this.#asking.again("decide", [id, decision, options]);
  }

  agents(): Promise<readonly AgentView[]> {
    return this.#asking.again("agents");
  }

  findAgents(query: AgentQuery = {}): Promise<readonly FoundAgent[]> {
    return this.#asking.again("findAgents", [query]);
  }

  misfits(plan: PlanDefinition): Promise<readonly Misfit[]> {
    return this.#asking.again("misfits", [plan]);
  }

  catalog(): Promise<Catalog> {
    return this.#asking.again("catalog");
  }

  unserved(): Promise<readonly UnservedDemand[]> {
    return this.#asking.again("unserved");
  }

  health(): Promise<StoreHealth> {
    return this.#asking.again("health");
  }

  /**
   * A durable queue of the journal, as every tab has it; see `team.queue`. What consumers here hold when the journal changes hands, or
   * this tab goes, is handed out again. `redrive`, `discard`, `unschedule` and `remove` are not repeated then and
   * reject with `TRANSPORT_LOST`.
   */
  queue<T = unknown>(name: string, options: QueueOptions = {}): Queue<T> {
    return this.#queues.queue<T>(name, options);
  }

  /** A durable stream of the journal, with its groups and cursors; see `team.stream`, and {@link SharedTeam.queue}. */
  stream<T = unknown>(name: string, options: StreamOptions = {}): DurableStream<T> {
    return this.#queues.stream<T>(name, options);
  }

  /** What happens in the team, from now on; what happens while the journal changes hands may be missed. */
  get events$(): Stream<TeamEvent> {
    return this.#asking.stream(async () => ({ what: "events" }));
  }

  get logs$(): Stream<LogEntry> {
    return this.#asking.stream(async () => ({ what: "logs" }));
  }

  /** Leaves: what its agents had goes to others; another tab takes the journal over. Safe to call twice. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#watch.stop();
    await Promise.all([...this.#agents].map((agent) => agent.close()));
    await this.#bus.close();
    await this.#way.close();
    this.#closed.resolve();
    await this.#owning;
    this.#air.close();
    await this.#presence?.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Waits for its turn to own the journal, again and again. */
  async #stand(failed: (error: Error) => void): Promise<void> {
    const { name, clock } = this.#parts;
    while (!this.#isClosed) {
      const lock = await takeLock(sharedName(name), FOR_EVER_MS, clock);
      if (lock !== undefined) await this.#own(() => this.#lead(lock, failed));
    }
  }

  /** Takes the journal from an owner that hangs; one tab does, the others hear of it. */
  async #replace(): Promise<void> {
    const { name, clock, onError } = this.#parts;
    if (this.#isClosed || this.#isComing || this.#leading !== undefined) return;
    const heir = await takeLock(`${sharedName(name)}:heir`, 0, clock);
    if (heir === undefined) return;
    try {
      const { answers } = this.#watch;
      this.#air.seek();
      await new Promise<void>((resolve) => clock.after(LAST_ASK_MS, resolve));
      // Somebody else was faster, or it lives.
      if (this.#isClosed || this.#watch.answers !== answers) return;
      const lock = await stealLock(sharedName(name));
      if (lock === undefined) return;
      const leads = Promise.withResolvers<void>();
      const owning = this.#own(() => this.#lead(lock, onError, { hung: this.#leader, begun: leads.resolve }));
      await Promise.race([leads.promise, owning]);
    } finally {
      await heir.release();
    }
  }

  /** One ownership after the other. */
  #own(lead: () => Promise<void>): Promise<void> {
    this.#owning = this.#owning.then(lead);
    return this.#owning;
  }

  /** Owns the journal until it is closed, or taken by force; then the next has it. */
  async #lead(lock: NamedLock, failed: (error: Error) => void, force?: Force): Promise<void> {
    const { name, clock, onError } = this.#parts;
    try {
      if (this.#isClosed || lock.isLost) return;
      this.#isComing = true;
      this.#air.come();
      const team = await this.#parts.open(force !== undefined);
      const leading = new Leading(name, this.#tab, team, clock, onError);
      this.#leading = leading;
      this.#leader = this.#tab;
      this.#epoch = leading.epoch;
      await leading.begin(force?.hung);
      await this.#turn(() => leading.way());
      this.#air.lead(leading.epoch);
      force?.begun();
      this.#isComing = false;
      await Promise.race([this.#closed.promise, lock.lost]);
      await this.#step(leading);
    } catch (error) {
      if (lock.isLost && !this.#isClosed) {
        if (this.#leading !== undefined) await this.#step(this.#leading);
        return;
      }
      failed(error as Error);
      onError(error as Error);
      await this.#leading?.close();
      // It held up the others, and nobody waits for it here any more.
      void this.close();
    } finally {
      this.#isComing = false;
      await lock.release();
    }
  }

  /** Owns the journal no more: closed here, or replaced by another tab, whose own it is from now on. */
  async #step(leading: Leading): Promise<void> {
    const { clock, onError } = this.#parts;
    if (this.#isClosed) return leading.close();
    this.#leading = undefined;
    this.#leader = undefined;
    await this.#turn(() => undefined);
    // What it may not write any more it cannot finish either.
    await within(clock, leading.close(), STEP_MS).catch((error: Error) => onError(error));
    this.#watch.heard();
    this.#air.seek();
  }

  #follow(tab: string): void {
    if (tab === this.#leader || this.#leading !== undefined) return;
    this.#leader = tab;
    const { clock, onError } = this.#parts;
    const way = (): ReturnType<typeof workerTransport> =>
      workerTransport(this.#air.connect(tab), { heartbeatMs: HEARTBEAT_MS, clock, onError });
    this.#turn(way).catch((error: Error) => onError(error));
  }

  /** The owner was silent: it answers, or another will say that it owns the journal now. */
  #seek(): void {
    if (this.#isClosed || this.#leading !== undefined) return;
    this.#leader = undefined;
    this.#air.seek();
  }

  #turn(way: () => Parameters<SwitchTransport["turn"]>[0]): Promise<void> {
    this.#turning = this.#turning.catch(() => undefined).then(() => this.#way.turn(way()));
    return this.#turning;
  }
}
