import type { Bus } from "../../bus/bus.ts";
import { noResponder } from "../../bus/errors.ts";
import type { Hub } from "../../bus/hub.ts";
import { Message } from "../../bus/message.ts";
import { checkPattern, checkSubject } from "../../bus/subjects.ts";
import { initOf, Subscription } from "../../bus/subscription.ts";
import { PolyphonError } from "../../errors/error.ts";
import { answersOf, refusedAsk } from "../ask.ts";
import type {
  Transport,
  TransportAsker,
  TransportAsking,
  TransportHealth,
  TransportMessage,
  TransportRequestOptions,
  TransportState,
  TransportSubscribeOptions,
  TransportSubscription,
} from "../transport.ts";
import { Relay } from "./relay.ts";

/**
 * A door to a bus of the same process: what is published through it reaches the bus and all its other doors. It is how
 * several buses of one process meet, and what a server puts behind each connection.
 */
export function memoryTransport(bus: Bus): Transport {
  return new MemoryTransport(bus.hub);
}

class MemoryTransport implements Transport {
  readonly kind = "memory";
  readonly durability = "none";
  readonly ordering = "publisher-subject";
  readonly #hub: Hub;
  readonly #subscriptions = new Set<Subscription>();
  readonly #requests = new Set<Relay>();
  #state: TransportState = "up";

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  async publish(message: TransportMessage): Promise<void> {
    this.#check();
    const { subject } = message;
    checkSubject(subject);
    const hub = this.#hub;
    const own = `$reply.${hub.node}.`;
    if (subject.startsWith(own)) return hub.waiting.get(Number(subject.slice(own.length)))?.arrive(message);
    const route = hub.routing.route(subject);
    const taken = new Message(hub, subject, message.payload, message);
    if (route.isGuarded) hub.guard(route, taken);
    await hub.publish(route, taken, this);
  }

  async subscribe(
    pattern: string,
    deliver: (message: TransportMessage) => unknown,
    { group, credit = 256, queue = 1_024, overflow = "drop-oldest", filter }: TransportSubscribeOptions = {},
  ): Promise<TransportSubscription> {
    this.#check();
    checkPattern(pattern);
    const options = {
      credit,
      queue,
      overflow,
      ...(group !== undefined && { group }),
      ...(filter !== undefined && { filter }),
    };
    const init = { ...initOf(pattern, deliver, options), origin: this };
    const subscription = new Subscription(this.#hub, init, {});
    this.#subscriptions.add(subscription);
    return {
      unsubscribe: async () => {
        this.#subscriptions.delete(subscription);
        subscription.unsubscribe();
      },
    };
  }

  request(message: TransportMessage, options: TransportRequestOptions = {}): AsyncGenerator<TransportMessage, void> {
    return answersOf((asker) => this.ask(message, options.timeoutMs ?? 5_000, asker), options);
  }

  ask(message: TransportMessage, timeoutMs: number, asker: TransportAsker): TransportAsking {
    const { subject } = message;
    const hub = this.#hub;
    try {
      this.#check();
      checkSubject(subject);
      const route = hub.routing.route(subject);
      if (route.takers === 0 && hub.link === undefined) throw noResponder(subject);
      const relay = new Relay(hub, message, timeoutMs, asker, this.#requests);
      try {
        if (route.isGuarded) hub.guard(route, relay.message);
        void hub.dispatch(route, relay.message, this);
        if (route.takers > 0) relay.watch();
        else relay.send();
      } catch (error) {
        relay.abandon(error);
      }
      return relay;
    } catch (error) {
      return refusedAsk(asker, error);
    }
  }

  health(): TransportHealth {
    return {
      state: this.#state,
      kind: this.kind,
      durability: this.durability,
      ordering: this.ordering,
      subscriptions: this.#subscriptions.size,
      waiting: [...this.#subscriptions].reduce((sum, { statistics }) => sum + statistics.waiting, 0),
    };
  }

  async drain(): Promise<void> {
    if (this.#state === "up") this.#state = "draining";
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.drain()));
    this.#subscriptions.clear();
  }

  async close(): Promise<void> {
    this.#state = "closed";
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    this.#subscriptions.clear();
    for (const request of [...this.#requests]) request.abandon(closed());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
    await this.close();
  }

  #check(): void {
    if (this.#state !== "up") throw closed();
    if (this.#hub.life.state === "closed") throw this.#hub.life.gone();
  }
}

function closed(): PolyphonError {
  return new PolyphonError("TRANSPORT_CLOSED", { message: "the memory transport takes nothing any more." });
}
