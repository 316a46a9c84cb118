import { Bus } from "../../../npm/src/bus/bus.ts";
import type { Message } from "../../../npm/src/bus/message.ts";
import type { SubscribeOptions } from "../../../npm/src/bus/options.ts";
import type { Subscriber } from "../../../npm/src/bus/subscriber.ts";
import type { Transport } from "../../../npm/src/transports/transport.ts";
import type { Counts, SubscriptionFact } from "../facts.ts";
import type { Place } from "../judge.ts";
import { HubModel } from "../model/hub.ts";
import type { Now } from "../model/subscriber.ts";
import type { SubscriptionPlan } from "../plan.ts";
import type { ProcessClock } from "./clock.ts";

/** One subscription there is. */
export interface Listening {
  readonly fact: SubscriptionFact;
  readonly subscriber: Subscriber;
  stop(): void;
}

/** What watches deliveries. */
export interface Deliveries {
  delivered(process: Process, to: SubscriptionFact, message: Message): void;
  settled(process: Process, to: SubscriptionFact): void;
  asked(process: Process, to: SubscriptionFact): void;
}

/** A process with a bus: one life of a node. */
export class Process implements Place {
  readonly node: number;
  readonly process: number;
  readonly clock: ProcessClock;
  readonly bus: Bus;
  readonly model: HubModel;
  readonly isHome: boolean;
  readonly listening: Map<number, Listening> = new Map();
  readonly #deliveries: Deliveries;
  isUp = true;

  constructor(
    node: number,
    process: number,
    clock: ProcessClock,
    ageingMs: number,
    transport: Transport | undefined,
    deliveries: Deliveries,
  ) {
    this.node = node;
    this.process = process;
    this.clock = clock;
    this.isHome = node === 0;
    this.model = new HubModel(this.isHome, ageingMs);
    this.#deliveries = deliveries;
    this.bus = new Bus({ clock, node: `n${node}`, ageingMs, ...(transport !== undefined && { transport }) });
  }

  get now(): Now {
    return { monoMs: this.clock.monoMs(), wallMs: this.clock.wallMs() };
  }

  countsOf(id: number): Counts {
    const { delivered = 0, dropped = 0, expired = 0, waiting = 0 } = this.listening.get(id)?.subscriber ?? {};
    return { delivered, dropped, expired, waiting };
  }

  subscribe(plan: SubscriptionPlan): Listening {
    const fact: SubscriptionFact = { plan, process: this.process, isOpen: true, open: 0 };
    const { group, credit, queue, overflow, least } = plan;
    const filter = least === undefined ? undefined : { priority: least };
    const options = { credit, queue, overflow, ...(group && { group }), ...(filter && { filter }) };
    const stop = this.#listen(fact, options);
    const subscriber = [...this.bus.hub.subscribers].at(-1) as Subscriber;
    const listening = { fact, subscriber, stop };
    this.listening.set(plan.id, listening);
    return listening;
  }

  #listen(fact: SubscriptionFact, options: SubscribeOptions): () => void {
    const { pattern, mode } = fact.plan;
    if (mode === "callback") {
      const subscription = this.bus.subscribe(pattern, (message) => this.#handle(fact, message), options);
      return () => subscription.unsubscribe();
    }
    const stream = this.bus.subscribe(pattern, options);
    if (mode === "observable") {
      const subscription = stream.subscribe((message) => void this.#handle(fact, message));
      return () => subscription.unsubscribe();
    }
    const loop = stream[Symbol.asyncIterator]();
    const take = (): void => {
      if (!fact.isOpen || this.clock.isDead) return;
      this.#deliveries.asked(this, fact);
      void loop.next().then(({ done, value }) => {
        if (done || value === undefined) return;
        this.#deliveries.delivered(this, fact, value);
        this.clock.after(fact.plan.workMs, take);
      });
    };
    this.clock.after(0, take);
    return () => void loop.return?.();
  }

  #handle(fact: SubscriptionFact, message: Message): unknown {
    this.#deliveries.delivered(this, fact, message);
    const { habit, workMs } = fact.plan;
    if (habit === "throws") throw new Error("a handler that fails");
    if (habit === "at once") return undefined;
    fact.open += 1;
    return new Promise<void>((resolve, reject) => {
      if (habit === "dies") return;
      this.clock.after(workMs, () => {
        fact.open -= 1;
        this.#deliveries.settled(this, fact);
        if (habit === "rejects") reject(new Error("a handler that fails late"));
        else resolve();
      });
    });
  }
}
