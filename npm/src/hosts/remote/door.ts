import type { Agent } from "../../agents/agent.ts";
import type { Bus } from "../../bus/bus.ts";
import type { Message } from "../../bus/message.ts";
import { PolyphonError } from "../../errors/error.ts";
import { type Clock, systemClock } from "../../runtime/clock.ts";
import type { AgentOptions } from "../../team/options.ts";
import type { Team } from "../../team/team.ts";
import type { ArtifactKeeper } from "../agent.ts";
import { denied, detached } from "./errors.ts";
import { RemoteHost } from "./host.ts";
import { Seat } from "./seat.ts";
import { type Attachment, type Order, readAttachment, readReport, SUBJECT } from "./wire.ts";

/** Reports that may wait for their end to be durable, of all agents. */
const REPORTS_OPEN = 4_096;
/** From so many names on, those out of service are forgotten. */
const NAMES_KEPT = 1_000;
const ORDER_BYTES = 8 * 1_048_576;

/** A remote agent that wants to be attached, as it describes itself. */
export interface RemoteAgentRequest {
  readonly name: string;
  /** Who asks, as the bus says: with a WebSocket server the name `authenticate` gave it. */
  readonly source: string;
  /** What the agent says of itself. It proves nothing. */
  readonly capabilities: readonly string[];
  readonly type: string;
  readonly version: string;
  readonly maxLoad: number;
  readonly heartbeatMs: number;
}

/** What a remote agent is taken as: what is left out is as it says itself. */
export type RemoteAgentTerms = Omit<AgentOptions, "heartbeatMs">;

/** How remote agents are let in. */
export interface AcceptAgentsOptions {
  /**
   * Whether an agent is taken, and as what: `capabilities` and `permission` belong here, as what an agent says of itself
   * proves nothing. Nothing refuses it (`AGENT_DENIED`). Asked at each attachment. A name belongs to the `source` that came
   * with it first, as long as this door is open; others are refused it.
   */
  readonly admit: (request: RemoteAgentRequest) => RemoteAgentTerms | undefined | Promise<RemoteAgentTerms | undefined>;
  /** First tokens of the subjects. Default `polyphon.agents`; agents must use the same. */
  readonly subject?: string;
  /**
   * Where artifacts of remote agents go, for example `fileArtifactKeeper(folder)` of `polyphon/node`; without it `ctx.artifact`
   * refuses with `HOST_ARTIFACT_UNSUPPORTED`.
   */
  readonly artifacts?: ArtifactKeeper;
  /** Bytes of one order as JSON; an attempt with a larger input fails with `PROTOCOL_LIMIT_EXCEEDED`. Default 8 MiB. */
  readonly orderBytes?: number;
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
}

/** A team's door for remote agents. */
export interface AgentDoor extends AsyncDisposable {
  /** Resolves when agents of other nodes reach it. */
  readonly ready: Promise<void>;
  /** Names of the agents that are attached now. */
  readonly attached: readonly string[];
  /** Lets nobody in any more and lets go of those who are in; they work on and attach again where they can. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Lets agents of other processes, machines and pages take tasks of a team, over a bus. Each is an agent of the team under
 * its own name, with signs of life, leases and fences like any other; see docs/remote-agents.md.
 */
export function acceptAgents(team: Team, bus: Bus, options: AcceptAgentsOptions): AgentDoor {
  return new Door(team, bus, options);
}

/** Whether a visitor of a server may do something on a subject or pattern. */
export type Rights = (action: "publish" | "subscribe", on: string) => boolean;

/**
 * What a visitor of a server needs to be a remote agent: give it as `permits`. With `also` it may do more on the bus behind
 * the door, which is what its agents find in their context: of `team.bus` what the team talks about.
 */
export function agentRights(subject: string = SUBJECT, also: Rights = () => false): Rights {
  return (action, on) =>
    (action === "publish" && (on === `${subject}.attach` || on === `${subject}.report`)) || also(action, on);
}

class Door implements AgentDoor {
  readonly ready: Promise<void>;
  readonly #team: Team;
  readonly #options: AcceptAgentsOptions;
  readonly #hosts = new Map<string, RemoteHost>();
  readonly #agents = new Map<string, Agent>();
  readonly #unsubscribe: () => void;
  #isClosed = false;

  constructor(team: Team, bus: Bus, options: AcceptAgentsOptions) {
    this.#team = team;
    this.#options = options;
    const { subject = SUBJECT } = options;
    const attaching = bus.respond(`${subject}.attach`, (message) => this.#attach(message), { credit: REPORTS_OPEN });
    const reporting = bus.respond(`${subject}.report`, (message) => this.#report(message), { credit: REPORTS_OPEN });
    this.ready = Promise.all([attaching.ready, reporting.ready]).then(() => undefined);
    this.#unsubscribe = () => {
      attaching.unsubscribe();
      reporting.unsubscribe();
    };
  }

  get attached(): readonly string[] {
    return [...this.#hosts.values()].filter(({ isAttached }) => isAttached).map(({ name }) => name);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unsubscribe();
    for (const host of this.#hosts.values()) await host.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async *#attach(message: Message): AsyncGenerator<Order, void> {
    const given = readAttachment(message.payload);
    const host = this.#hostOf(given.name, message.source);
    host.check(given.instance);
    const seat = new Seat(given.instance);
    const leave = (): void => seat.end();
    message.signal.addEventListener("abort", leave, { once: true });
    try {
      const id = await this.#register(given, message.source, host);
      if (message.signal.aborted) return;
      if (this.#isClosed) throw detached(given.name, "the door is closed");
      host.attach(seat, id, given.open);
      yield* seat.orders();
    } finally {
      message.signal.removeEventListener("abort", leave);
      host.detach(seat);
      // Only one that is in the team has its name for itself.
      if (!this.#agents.has(given.name)) this.#hosts.delete(given.name);
    }
  }

  /** The agent as the team knows it: a new one, or the same again. */
  async #register(given: Attachment, source: string, host: RemoteHost): Promise<string> {
    const { name, capabilities, agentType: type, version, maxLoad, heartbeatMs } = given;
    const terms = await this.#options.admit({ name, source, capabilities, type, version, maxLoad, heartbeatMs });
    if (terms === undefined) throw denied(name, "it is not admitted");
    try {
      const agent = this.#team.host(name, { capabilities, type, version, maxLoad, ...terms, heartbeatMs }, host);
      const id = await agent.ready;
      this.#agents.set(name, agent);
      return id;
    } catch (error) {
      if (error instanceof PolyphonError && error.code === "RUNTIME_DISPOSED")
        throw detached(name, "the team is closed");
      throw error;
    }
  }

  #hostOf(name: string, source: string): RemoteHost {
    const known = this.#hosts.get(name);
    if (known?.source === source) return known;
    if (known !== undefined && !known.isOut) throw denied(name, "its name belongs to somebody else");
    if (this.#hosts.size >= NAMES_KEPT) this.#forget();
    const { clock = systemClock(), orderBytes = ORDER_BYTES, artifacts } = this.#options;
    const host = new RemoteHost(name, source, { clock, orderBytes, artifacts });
    this.#hosts.set(name, host);
    return host;
  }

  /** Names of those who are out of service need not be known. */
  #forget(): void {
    for (const [name, { isOut }] of this.#hosts) {
      if (!isOut || !this.#agents.delete(name)) continue;
      this.#hosts.delete(name);
    }
  }

  async #report(message: Message): Promise<unknown> {
    const { name, instance, report } = readReport(message.payload);
    const host = this.#hosts.get(name);
    if (host === undefined || host.source !== message.source) throw detached(name, "it must attach first");
    host.heard(instance, report.type === "alive" ? report.usage : undefined);
    if (report.type === "alive") return null;
    if (report.type !== "leave") return host.take(report);
    const agent = this.#agents.get(name) as Agent;
    if (report.drains) await agent.stop("it leaves when it has finished");
    else await this.#team.left(await agent.ready);
    return null;
  }
}
