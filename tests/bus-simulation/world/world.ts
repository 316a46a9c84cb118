import type { Message } from "../../../npm/src/bus/message.ts";
import type { MessageFact, SubscriptionFact } from "../facts.ts";
import type { Invariant } from "../judge.ts";
import type { Event, Plan } from "../plan.ts";
import { Asking } from "./asking.ts";
import { Time } from "./clock.ts";
import { fault, heal } from "./faults.ts";
import { Nodes } from "./nodes.ts";
import { Observer } from "./observer.ts";
import type { Process } from "./process.ts";
import { Publishing } from "./publishing.ts";
import { numberOf } from "./taps.ts";

/** How long everything is given to heal, in milliseconds: at least, and as long as a publisher waits, at most. */
const CALM_MS = 15_000;
const CALM_MOST_MS = 400_000;

/** Home and nodes, what happens to them, and time. */
export class World {
  readonly time: Time = new Time();
  readonly observer: Observer;
  readonly #nodes: Nodes;
  readonly #asking: Asking;
  readonly #publishing: Publishing;
  readonly #responders = new Map<number, () => void>();

  /** With `only` nothing but one invariant is looked at. */
  constructor(plan: Plan, invariants: readonly Invariant[], only?: string) {
    const observer = new Observer(this.time, invariants, only);
    this.observer = observer;
    this.#nodes = new Nodes(plan, this.time, observer, {
      delivered: (at, to, message) => this.#delivered(at, to, message),
      settled: (at, to) => at.model.subscribers.get(to.plan.id)?.settled(at.now),
      asked: (at, to) => at.model.subscribers.get(to.plan.id)?.asked(at.now),
    });
    this.#asking = new Asking(observer);
    this.#publishing = new Publishing(observer, this.#nodes.doors);
  }

  get processes(): Process[] {
    return this.#nodes.all;
  }

  /** What the home bus keeps, by subject. */
  get lasts(): ReadonlyMap<string, MessageFact> {
    return this.#nodes.doors.lasts;
  }

  /** Lets time pass, and what falls due happen, up to `untilMs`. */
  async pass(untilMs: number): Promise<void> {
    await this.still();
    for (;;) {
      const { nextMs } = this.time;
      if (nextMs === undefined || nextMs > untilMs) break;
      this.time.fire();
      await this.still();
    }
    this.time.nowMs = Math.max(this.time.nowMs, untilMs);
  }

  /** Lets promises settle, and looks at everything. */
  async still(): Promise<void> {
    const { observer } = this;
    await new Promise<void>((resolve) => setImmediate(resolve));
    observer.check();
    observer.count("steps");
    const places = this.processes;
    for (const place of places) {
      place.bus.hub.routing.fold();
      observer.watch(() => {
        for (const { message, group } of place.model.choose(place.now, (id) => place.countsOf(id)))
          observer.note(`message ${message.n} for group ${group} on node ${place.node}`);
      });
    }
    observer.see({ what: "still", places, outbox: this.#nodes.server.waiting });
    observer.check();
    for (const { model } of places) for (const subscriber of model.subscribers.values()) subscriber.begin();
  }

  async apply(event: Event): Promise<void> {
    this.observer.count(`event: ${event.kind}`);
    this.#apply(event);
    await this.still();
  }

  /** Everything heals: lines, nodes, those who listen and no longer work. */
  async calm(): Promise<void> {
    const { observer, time } = this;
    const { facts } = observer;
    observer.note("calm");
    heal(this.#nodes);
    await this.still();
    for (const process of this.processes) {
      for (const { fact } of [...process.listening.values()])
        if (fact.plan.habit === "dies") this.#unsubscribe(process, fact.plan.id);
    }
    const endMs = time.nowMs + CALM_MOST_MS;
    const isPending = (): boolean => [...facts.messages.values()].some(({ outcome }) => outcome === "pending");
    do await this.pass(time.nowMs + CALM_MS);
    while (isPending() && time.nowMs < endMs);
    this.#countUp();
    observer.see({ what: "calm", facts, places: this.processes });
    observer.check();
  }

  /** Nobody listens there any more. */
  silence(process: Process): void {
    for (const id of [...process.listening.keys()]) this.#unsubscribe(process, id);
  }

  #apply(event: Event): void {
    const { observer } = this;
    observer.note(JSON.stringify(event));
    const process = "node" in event ? this.#nodes.up(event.node) : undefined;
    switch (event.kind) {
      case "subscribe":
        this.#subscribe(event.subscription);
        return;
      case "unsubscribe":
        for (const one of this.processes) this.#unsubscribe(one, event.id);
        this.#responders.get(event.id)?.();
        this.#responders.delete(event.id);
        return;
      case "publish":
        if (process !== undefined) this.#publishing.publish(process, event);
        return;
      case "respond":
        if (process !== undefined) this.#responders.set(event.id, this.#asking.respond(process, event));
        return;
      case "request":
        if (process !== undefined) void this.#asking.ask(process, event);
        return;
      default:
        fault(this.#nodes, this.time, event);
    }
  }

  #subscribe(plan: SubscriptionFact["plan"]): void {
    const process = this.#nodes.up(plan.node);
    if (process === undefined) return;
    if (isPlain(plan.pattern)) process.model.subscribe(plan);
    const { fact } = process.subscribe(plan);
    this.observer.facts.subscriptions.set(plan.id, fact);
  }

  #unsubscribe(process: Process, id: number): void {
    const listening = process.listening.get(id);
    if (listening === undefined) return;
    const subscriber = process.model.unsubscribe(id);
    listening.fact.isOpen = false;
    listening.stop();
    process.bus.hub.routing.fold();
    const counts = process.countsOf(id);
    process.listening.delete(id);
    if (subscriber === undefined) return;
    this.observer.see({ what: "closed", place: process, id, counts, due: subscriber.counts });
  }

  #delivered(process: Process, to: SubscriptionFact, as: Message): void {
    const n = numberOf(as);
    if (n === undefined) return;
    this.observer.note(`${n} to ${to.plan.id}`);
    this.observer.count("deliveries");
    this.observer.see({ what: "delivered", to, as, place: process });
  }

  #countUp(): void {
    const { observer } = this;
    for (const { calls, many, answers } of observer.facts.requests.values()) {
      for (const { isAborted } of calls) observer.count(isAborted ? "call: called off" : "call: not called off");
      if (calls.length > 1) observer.count("request: came to several");
      if (many && answers.length > 1) observer.count("request: answered in parts");
    }
    for (const { model } of this.processes) {
      for (const { counts } of model.subscribers.values()) {
        if (counts.dropped > 0) observer.count("subscription: dropped");
        if (counts.expired > 0) observer.count("subscription: expired");
      }
    }
  }
}

/** Subscriptions to last values are judged by what holds of every delivery, and by what they have in the end. */
function isPlain(pattern: string): boolean {
  return pattern !== ">" && !pattern.startsWith("state");
}
