import { type Agent, type AgentView, agentSpec } from "../agents/agent.ts";
import { PolyphonError } from "../errors/error.ts";
import type { Perform } from "../hosts/agent.ts";
import { functionHost } from "../hosts/function/host.ts";
import type { AgentHost } from "../hosts/host.ts";
import { type Clock, systemClock } from "../runtime/clock.ts";
import { Runtime } from "../runtime/runtime.ts";
import { Channel, type Stream } from "../runtime/stream.ts";
import type { Session, TeamEvent } from "../sessions/session.ts";
import type { EscalationView } from "../sessions/view.ts";
import { memoryStore } from "../stores/memory/memory-store.ts";
import type { Store, StoreHealth, StoreOpened } from "../stores/store.ts";
import type { PlanDefinition } from "../tasks/plan.ts";
import type { Event, HostKind } from "../wasm/codec.generated.ts";
import type { AgentOptions, DecideOptions, OpenOptions, OrchestrateOptions, Platform } from "./options.ts";
import { Sessions } from "./sessions.ts";
import { describeEvent } from "./team-event.ts";

/** A team of agents around one journal. */
export class Team implements AsyncDisposable {
  readonly #runtime: Runtime;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #sessions: Sessions;
  readonly #events = new Channel<TeamEvent>();
  readonly #hosts = new Set<AgentHost>();
  readonly #onError: (error: Error) => void;
  #closing: Promise<void> | undefined;

  private constructor(runtime: Runtime, store: Store, clock: Clock, onError: (error: Error) => void) {
    this.#runtime = runtime;
    this.#store = store;
    this.#clock = clock;
    this.#onError = onError;
    this.#sessions = new Sessions(runtime);
  }

  /** Opens a journal and takes it over; work that had not ended goes on as soon as its agents are there. */
  static async open(platform: Platform, options: OpenOptions): Promise<Team> {
    const { store = memoryStore(), clock = systemClock(), node = "node", onError = () => undefined } = options;
    const module = options.module ?? (await platform.loadModule());
    const hears: { team?: Team } = {};
    const { notify, seed } = options;
    const seeded = seed === undefined ? {} : { seed };
    const asking = notify === undefined ? {} : { notify: async (handle: number) => hears.team?.notify(handle, notify) };
    const { follow } = platform;
    const following =
      follow === undefined
        ? {}
        : { follow: (opened: StoreOpened) => follow({ store, opened, module, troubled: (error) => onError(error) }) };
    const runtime = await Runtime.open(
      { store, clock, module, node, directory: platform.directory, ...seeded, ...following, ...asking },
      {
        happened: (seq, timeMs, event, session) => hears.team?.happened(seq, timeMs, event, session?.handle),
        ticked: (session) => hears.team?.ticked(session.handle),
        failed: (error) => hears.team?.failed(error),
        troubled: (error) => onError(error),
      },
    );
    const team = new Team(runtime, store, clock, onError);
    hears.team = team;
    const { totals, selection } = options;
    const isAsking = notify !== undefined;
    if (totals !== undefined || selection !== undefined || isAsking !== runtime.settings?.escalations.notify) {
      await runtime.configure((settings) => ({
        ...settings,
        selection: selection ?? settings.selection,
        escalations: { ...settings.escalations, notify: isAsking },
        totals:
          totals === undefined
            ? settings.totals
            : {
                memoryMb: totals.memoryMb ?? UNBOUNDED,
                cpuMilli: totals.cpuCores === undefined ? UNBOUNDED : totals.cpuCores * 1000,
                diskMb: totals.diskMb ?? UNBOUNDED,
              },
      }));
    }
    return team;
  }

  /** Adds an agent that is a function of this process. */
  agent(name: string, perform: Perform): Agent;
  agent(name: string, options: AgentOptions, perform: Perform): Agent;
  agent(name: string, second: AgentOptions | Perform, third?: Perform): Agent {
    const [options, perform] = typeof second === "function" ? [{}, second] : [second, third as Perform];
    return this.host(name, options, functionHost(perform, { clock: this.#clock }));
  }

  /** Adds an agent that runs where `host` says. */
  host(name: string, options: AgentOptions, host: AgentHost): Agent {
    this.#check();
    this.#hosts.add(host);
    const handle = this.#register(name, options, host);
    handle.catch((error: Error) => this.#onError(error));
    return {
      name,
      get ready() {
        return handle.then(({ id }) => id);
      },
      stop: async (reason = "stopped by its owner") => {
        const { agent } = await handle;
        await this.#runtime.submit({ type: "StopAgent", agent, reason });
      },
    };
  }

  /** Starts a plan. The session is there at once; `session.ready` says when the plan is durable. */
  orchestrate(plan: PlanDefinition, options: OrchestrateOptions = {}): Session {
    this.#check();
    return this.#sessions.start(plan, options);
  }

  /** The session of an id. `SESSION_UNKNOWN` when it is not in memory. */
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
    return [...this.#runtime.mirror.agents.values()].map((entry) => ({
      id: this.#runtime.id("agent", entry.handle),
      name: entry.spec.key,
      type: entry.spec.agentType,
      status: entry.status,
      health: entry.health,
      capabilities: entry.spec.capabilities,
      load: entry.load,
      maxLoad: entry.spec.maxLoad,
      completed: entry.completed,
      failed: entry.failed,
    }));
  }

  /** What happens in the team, from now on, each after it was persisted. */
  get events$(): Stream<TeamEvent> {
    return this.#events.stream;
  }

  /** Where the journal stands and what it takes. */
  health(): Promise<StoreHealth> {
    return this.#store.health();
  }

  /** Starts nothing new and resolves when what runs has ended. */
  async drain(): Promise<void> {
    // All in one batch: between two commits an agent not yet told could be given more.
    const working = [...this.#runtime.mirror.agents.values()].filter(
      ({ status }) => status !== "stopped" && status !== "failed",
    );
    await Promise.all(
      working.map(({ handle, spec }) =>
        this.#runtime
          .submit({ type: "StopAgent", agent: handle, reason: `${spec.key} was drained` })
          .catch((error: Error) => this.#onError(error)),
      ),
    );
    await this.#runtime.executor.settled();
    await this.#runtime.loop.idle();
  }

  /** Ends what runs, finishes what is being written, and lets the journal go. Safe to call twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#runtime.executor.abandon();
    await Promise.all([...this.#hosts].map((host) => host.close()));
    await this.#runtime.loop.idle();
    this.#runtime.loop.stop(disposed());
    this.#sessions.close(disposed());
    this.#events.complete();
    await this.#runtime.unfollow();
    await this.#store.close();
  }

  async #register(
    name: string,
    options: AgentOptions,
    host: AgentHost,
  ): Promise<{ readonly agent: number; readonly id: string }> {
    const spec = agentSpec(name, host.kind as HostKind, options);
    const agent = await this.#runtime.insist({ type: "RegisterAgent", spec });
    this.#runtime.executor.attach(agent, host);
    await this.#runtime.insist({ type: "ReportAgentStarted", agent, start: null });
    return { agent, id: this.#runtime.id("agent", agent) };
  }

  /** @internal */
  happened(seq: number, timeMs: number, event: Event, session: number | undefined): void {
    this.#sessions.happened(seq, timeMs, event, session);
    if (this.#events.isObserved) this.#events.next(describeEvent(seq, timeMs, event, this.#runtime.mirror));
  }

  /** @internal */
  ticked(session: number): void {
    this.#sessions.changed(session);
  }

  /** @internal */
  async notify(escalation: number, tell: (escalation: EscalationView) => Promise<void>): Promise<void> {
    const view = this.#sessions.escalation(escalation);
    if (view !== undefined) await tell(view);
  }

  /** @internal */
  failed(error: PolyphonError): void {
    this.#onError(error);
    this.#sessions.close(error);
  }

  #check(): void {
    if (this.#closing !== undefined) throw disposed();
  }
}

/** No bound, as the kernel writes it. */
const UNBOUNDED = 2 ** 40;

function unknownEscalation(id: string): PolyphonError {
  return new PolyphonError("ESCALATION_UNKNOWN", {
    message: `${id} is no escalation of this journal.`,
    details: { id },
  });
}

function disposed(): PolyphonError {
  return new PolyphonError("RUNTIME_DISPOSED", { message: "the team is closed; open it again to go on." });
}
