import { Bus } from "../bus/bus.ts";
import type { MessageInit } from "../bus/message.ts";
import type { BusOptions } from "../bus/options.ts";
import { TOPICS, type Topic } from "../bus/subjects.ts";
import type { Clock } from "../runtime/clock.ts";
import type { AgentEntry } from "../runtime/mirror/entries.ts";
import type { LogEntry, TeamEvent } from "../sessions/session.ts";
import type { Event } from "../wasm/codec.generated.ts";
import { noticeOf } from "./notices.ts";

/** Time that messages on their way get when the team is closed, in milliseconds. */
const DRAIN_MS = 5_000;

/** The bus of a team as its owner sets it up: the clock and the node's name are the team's. */
export type TeamBusOptions = Omit<BusOptions, "clock" | "node">;

/**
 * The bus of a team, and what the team itself says on its standing topics. It is made when somebody wants it, or at once where
 * it has a transport: then others may listen. Nothing is made that nobody hears.
 */
export class TeamBus {
  readonly #options: BusOptions;
  readonly #clock: Clock;
  readonly #principals: boolean;
  readonly #beats = new Map<number, number>();
  #made: Bus | undefined;

  constructor(options: TeamBusOptions, clock: Clock, node: string | undefined) {
    this.#clock = clock;
    this.#options = node === undefined ? { ...options, clock } : { ...options, clock, node };
    this.#principals = options.access !== undefined || options.limits !== undefined;
    if (options.transport !== undefined) this.#made = new Bus(this.#options);
  }

  /** Whether anybody could hear anything. */
  get isMade(): boolean {
    return this.#made !== undefined;
  }

  get bus(): Bus {
    this.#made ??= new Bus(this.#options);
    return this.#made;
  }

  /** The bus as an agent may use it. */
  of(agent: string): Bus {
    return this.#principals ? this.bus.as(agent) : this.bus;
  }

  /** Whether somebody hears what is said on a topic. */
  hears(topic: Topic): boolean {
    return this.#made?.hub.own.hears(TOPICS[topic]) === true;
  }

  /** What was persisted, on `events`; on `priority` and `broadcast` what is urgent and what everybody has to know. */
  happened(event: Event, describe: () => TeamEvent, correlationId: () => string | undefined): void {
    if (event.type === "AgentDeregistered") this.#beats.delete(event.agent);
    if (this.hears("events")) {
      const { type: name, timeMs: occurredAt, ...rest } = describe();
      this.#say("events", { name, occurredAt, ...rest }, { kind: "event", correlationId: correlationId() });
    }
    const notice = noticeOf(event);
    if (notice === undefined || !this.hears(notice.topic)) return;
    const { topic, level, title, body } = notice;
    const priority = level === "critical" ? "critical" : "high";
    const { task, agent, seq } = describe();
    const payload = { level, title, ...(body !== "" && { body }), data: { event: event.type, seq, task, agent } };
    this.#say(topic, payload, { kind: "notification", priority, correlationId: correlationId() });
  }

  /** An agent gave a sign of life, on `heartbeat`. */
  beat(entry: AgentEntry, agentId: string, memoryBytes: number | null): void {
    if (!this.hears("heartbeat")) return;
    const { handle, spec, status, health, load } = entry;
    const sequence = this.#beats.get(handle) ?? 0;
    this.#beats.set(handle, sequence + 1);
    const payload = {
      status: status === "starting" || status === "draining" ? status : health,
      sequence,
      intervalMs: spec.heartbeatMs,
      load: spec.maxLoad === 0 ? 0 : Math.min(load / spec.maxLoad, 1),
      ...(memoryBytes !== null && { memoryBytes }),
      agent: spec.key,
    };
    this.#say("heartbeat", payload, { kind: "heartbeat", source: agentId });
  }

  /** A line an agent wrote, on `default`. */
  logged(entry: LogEntry): void {
    this.#say("default", entry, { kind: "data", correlationId: entry.session });
  }

  /** The team ends, on `broadcast`. */
  closing(): void {
    if (!this.hears("broadcast")) return;
    const payload = { level: "info", title: "the team is closed", data: { event: "TeamClosing" } };
    this.#say("broadcast", payload, { kind: "notification", priority: "high" });
  }

  /** Takes nothing new and resolves when what is on its way has been handled. */
  async drain(): Promise<void> {
    await this.#made?.drain();
  }

  /** Gives what is on its way some time, then ends everything. */
  async close(): Promise<void> {
    const bus = this.#made;
    if (bus === undefined) return;
    let callOff: (() => void) | undefined;
    const tooLong = new Promise<void>((resolve) => {
      callOff = this.#clock.after(DRAIN_MS, resolve);
    });
    await Promise.race([bus.drain(), tooLong]);
    callOff?.();
    await bus.close();
  }

  #say(topic: Topic, payload: unknown, init: MessageInit): void {
    this.#made?.hub.own.say(TOPICS[topic], payload, topic === "broadcast" ? { ...init, broadcast: true } : init);
  }
}
