import { askOver } from "../transports/ask.ts";
import type {
  Transport,
  TransportAsker,
  TransportMessage,
  TransportSubscribeOptions,
  TransportSubscription,
} from "../transports/transport.ts";
import { oneOf } from "./groups.ts";
import type { Hub } from "./hub.ts";
import { LastIds } from "./last-ids.ts";
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
  /** Ids of the last values that came, by subject: after a session was lost the same ones come again. */
  readonly came: LastIds;
  readonly subscribers: Set<Subscriber>;
  /** Those among them that have not been given the last values yet. */
  readonly late: Set<Subscriber>;
  opened: Promise<TransportSubscription>;
}

/** Last values kept, unless the bus says otherwise. */
const RETAINED = 10_000;
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
  /** Last values that were set here and are on their way, by subject: what comes meanwhile is older. */
  readonly #sending = new Map<string, Message>();
  #cancels: Promise<TransportSubscription> | undefined;

  constructor(hub: Hub, transport: Transport) {
    this.#hub = hub;
    this.transport = transport;
    this.#lasts = new LastValues(hub.options.retained ?? RETAINED);
  }

  /**
   * Resolves when everything published elsewhere from now on reaches the subscriber. Last values come first when it wants them:
   * from the transport, or, when it shares a subscription that is there already, as they came to that.
   */
  async join(subscriber: Subscriber, wantsLasts: boolean): Promise<void> {
    const { pattern } = subscriber;
    const group = subscriber.answers ? (subscriber.group ?? pattern) : subscriber.group;
    const { overflow } = subscriber;
    // Whose turn it is in a group is decided elsewhere: there it must be known what its members take.
    const filter = group === undefined ? undefined : subscriber.wanted;
    const key = `${pattern} ${group ?? ""} ${overflow} ${filter === undefined ? "" : JSON.stringify(filter)}`;
    let joined = this.#joined.get(key);
    if (joined === undefined) {
      joined = this.#open(subscriber, pattern, { group, overflow, filter });
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
  #open(subscriber: Subscriber, pattern: string, options: TransportSubscribeOptions): Joined {
    const sets = { late: new Set<Subscriber>(), subscribers: new Set([subscriber]) };
    const came = new LastIds(this.#hub.options.retained ?? RETAINED);
    const joined: Joined = { pattern, group: options.group, isOpen: false, ...sets, came, opened: PENDING };
    joined.opened = this.transport.subscribe(pattern, (message) => this.#arrive(joined, message), options);
    const opened = (): void => {
      joined.isOpen = true;
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
    return message.retain === true ? this.#publishLast(message) : this.transport.publish(message);
  }

  /** Asks whoever is elsewhere. */
  request(request: PendingRequest, message: Message): void {
    const asking = askOver(this.transport, message, request.timeoutMs, new Elsewhere(request));
    if (!request.isOver) request.asking = asking;
  }

  async #publishLast(message: Message): Promise<void> {
    const { subject } = message;
    this.#lasts.forget(subject);
    for (const { pattern, came } of this.#joined.values()) if (matches(pattern, subject)) came.isNew(message);
    this.#sending.set(subject, message);
    try {
      await this.transport.publish(message);
    } finally {
      if (this.#sending.get(subject) === message) this.#sending.delete(subject);
    }
  }

  /** Whether it is a last value that subscribers have, or one that has been replaced here. */
  #isPast({ came }: Joined, incoming: TransportMessage): boolean {
    const sending = this.#sending.get(incoming.subject);
    return (sending !== undefined && incoming.timestampMs <= sending.timestampMs) || !came.isNew(incoming);
  }

  /** Nobody waits for the answer to a request any more. */
  callOff(id: string): void {
    this.#working.get(id)?.cancel();
  }

  #arrive(joined: Joined, incoming: TransportMessage): unknown {
    const { subscribers, group, late } = joined;
    const isLast = incoming.retain === true;
    if (isLast && this.#isPast(joined, incoming)) return undefined;
    const [first] = subscribers;
    const sink = first === undefined ? undefined : this.#sinkOf(incoming, first.answers);
    if (sink === null) return undefined;
    const message = new Message(this.#hub, incoming.subject, incoming.payload, incoming, sink);
    if (isLast && group === undefined) this.#note(message);
    const takers = group === undefined || incoming.broadcast === true ? [...subscribers] : oneOf(subscribers, message);
    const waits: unknown[] = [];
    for (const subscriber of takers)
      if (!isLast || !late.has(subscriber)) waits.push(this.#hub.arrive(subscriber, message));
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
    if (id !== undefined) this.callOff(id);
  }
}

/** Hands the answers of others to who waits for them. */
class Elsewhere implements TransportAsker {
  readonly #request: PendingRequest;

  constructor(request: PendingRequest) {
    this.#request = request;
  }

  answer(message: TransportMessage): Promise<void> | undefined {
    return this.#request.isOver ? undefined : this.#request.arrive(message);
  }

  end(error?: unknown): void {
    if (error === undefined) this.#request.end();
    else this.#request.abandon(error);
  }
}
