import type { Overflow, Transport, TransportMessage, TransportSubscription } from "../transports/transport.ts";
import type { Hub } from "./hub.ts";
import { LastValues } from "./last-values.ts";
import { Message } from "./message.ts";
import { CANCEL } from "./reply.ts";
import type { PendingRequest } from "./request.ts";
import { PublishingSink } from "./sinks.ts";
import { matches } from "./subjects.ts";
import type { Subscriber } from "./subscriber.ts";

interface Joined {
  readonly pattern: string;
  readonly group: string | undefined;
  /** Whether last values have come. */
  isOpen: boolean;
  /** Values that were set here before: subscribers have them, and they come again as last values. */
  readonly own: Set<string>;
  readonly subscribers: Set<Subscriber>;
  /** Those among them that have not been given the last values yet. */
  readonly late: Set<Subscriber>;
  opened: Promise<TransportSubscription>;
}

const PENDING: Promise<never> = new Promise(() => undefined);

/** What ties a bus to its transport. @internal */
export class Link {
  readonly transport: Transport;
  readonly #hub: Hub;
  /** Subscriptions there are on the transport, by pattern and group: subscribers of the same share one. */
  readonly #joined = new Map<string, Joined>();
  /** Requests of others that are being worked on, by their id. */
  readonly #working = new Map<string, PublishingSink>();
  /** Last values kept elsewhere, as far as somebody here subscribed to them. */
  readonly #lasts: LastValues;
  #cancels: Promise<TransportSubscription> | undefined;

  constructor(hub: Hub, transport: Transport) {
    this.#hub = hub;
    this.transport = transport;
    this.#lasts = new LastValues(hub.options.retained ?? 10_000);
  }

  /**
   * Resolves when everything published elsewhere from now on reaches the subscriber. Last values come first when it wants them:
   * from the transport, or, when it shares a subscription that is there already, as they came to that.
   */
  async join(subscriber: Subscriber, wantsLasts: boolean): Promise<void> {
    const { pattern } = subscriber;
    const group = subscriber.answers ? (subscriber.group ?? pattern) : subscriber.group;
    const { overflow } = subscriber;
    const key = `${pattern} ${group ?? ""} ${overflow}`;
    let joined = this.#joined.get(key);
    if (joined === undefined) {
      joined = this.#open(subscriber, pattern, group, overflow);
      this.#joined.set(key, joined);
    } else {
      joined.subscribers.add(subscriber);
      if (wantsLasts) joined.late.add(subscriber);
    }
    if (subscriber.answers) this.#cancels ??= this.transport.subscribe(CANCEL, (message) => this.#cancel(message));
    if (joined.isOpen) this.#giveLasts(joined, subscriber);
    await Promise.all([joined.opened, this.#cancels]);
    this.#giveLasts(joined, subscriber);
  }

  async leave(subscriber: Subscriber): Promise<void> {
    for (const [key, { subscribers, late, opened }] of this.#joined) {
      late.delete(subscriber);
      if (!subscribers.delete(subscriber) || subscribers.size > 0) continue;
      this.#joined.delete(key);
      const patterns = [...this.#joined.values()].filter(({ group }) => group === undefined);
      this.#lasts.keepOnly(patterns.map(({ pattern }) => pattern));
      await (await opened).unsubscribe();
    }
  }

  /** A subscription on the transport. It is known before the transport is asked: last values may come at once. */
  #open(subscriber: Subscriber, pattern: string, group: string | undefined, overflow: Overflow): Joined {
    const sets = { own: new Set<string>(), late: new Set<Subscriber>(), subscribers: new Set([subscriber]) };
    const joined: Joined = { pattern, group, isOpen: false, ...sets, opened: PENDING };
    joined.opened = this.transport.subscribe(pattern, (message) => this.#arrive(joined, message), { group, overflow });
    const opened = (): void => {
      joined.isOpen = true;
      joined.own.clear();
    };
    joined.opened.then(opened, opened);
    return joined;
  }

  /** Whoever joined later gets what is known by now. */
  #giveLasts({ late, pattern }: Joined, subscriber: Subscriber): void {
    if (!late.delete(subscriber)) return;
    for (const message of [...this.#hub.lastValues(pattern), ...this.#lasts.of(pattern)])
      this.#hub.arrive(subscriber, message);
  }

  publish(message: Message): Promise<void> {
    if (message.retain === true) {
      this.#lasts.forget(message.subject);
      for (const { isOpen, pattern, own } of this.#joined.values())
        if (!isOpen && matches(pattern, message.subject)) own.add(message.id);
    }
    return this.transport.publish(message);
  }

  /** Asks whoever is elsewhere. */
  request(request: PendingRequest, message: Message): void {
    void this.#request(request, message).catch((error) => request.abandon(error));
  }

  #arrive({ subscribers, group, own, late }: Joined, incoming: TransportMessage): unknown {
    const isLast = incoming.retain === true;
    if (isLast && own.delete(incoming.id)) return undefined;
    const [first] = subscribers;
    const sink = first === undefined ? undefined : this.#sinkOf(incoming, first.answers);
    if (sink === null) return undefined;
    const message = new Message(this.#hub, incoming.subject, incoming.payload, incoming, sink);
    if (isLast && group === undefined) this.#note(message);
    const waits: unknown[] = [];
    const isOneOfMany = group !== undefined && incoming.broadcast !== true;
    for (const subscriber of [...subscribers]) {
      if (isLast && late.has(subscriber)) continue;
      waits.push(this.#hub.arrive(subscriber, message));
      if (!isOneOfMany) continue;
      // Whose turn it was goes to the end.
      subscribers.delete(subscriber);
      subscribers.add(subscriber);
      break;
    }
    const open = waits.filter((wait) => wait !== undefined);
    return open.length === 0 ? undefined : Promise.all(open);
  }

  /** Notes a last value as it is now: one that was set here may have been set elsewhere since. */
  #note(message: Message): void {
    const { retained } = this.#hub;
    if (retained.get(message.subject) === undefined) this.#lasts.keep(message);
    else retained.keep(message);
  }

  /** Who takes the answers to a message; `null` when somebody here is working on them already. */
  #sinkOf(incoming: TransportMessage, answers: boolean): PublishingSink | undefined | null {
    const { id, replyTo } = incoming;
    if (replyTo === undefined) return undefined;
    const working = this.#working.get(id);
    if (working !== undefined) {
      working.redirect(incoming);
      return null;
    }
    const sink = new PublishingSink(this.#hub, incoming, () => this.#working.delete(id));
    // One who only listens may never answer.
    if (answers) this.#working.set(id, sink);
    return sink;
  }

  #cancel({ payload }: TransportMessage): void {
    const id = (payload as { readonly id?: string } | undefined)?.id;
    if (id !== undefined) this.#working.get(id)?.cancel();
  }

  async #request(request: PendingRequest, message: Message): Promise<void> {
    const { timeoutMs, signal } = request;
    for await (const reply of this.transport.request(message, { timeoutMs, signal })) {
      if (request.isOver) return;
      await request.arrive(reply);
    }
    request.end();
  }
}
