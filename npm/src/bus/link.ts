import type { Transport, TransportMessage, TransportSubscription } from "../transports/transport.ts";
import type { Hub } from "./hub.ts";
import { Message } from "./message.ts";
import { CANCEL } from "./reply.ts";
import type { PendingRequest } from "./request.ts";
import { PublishingSink } from "./sinks.ts";
import type { Subscriber } from "./subscriber.ts";

interface Joined {
  readonly subscribers: Set<Subscriber>;
  readonly opened: Promise<TransportSubscription>;
}

/** What ties a bus to its transport. @internal */
export class Link {
  readonly transport: Transport;
  readonly #hub: Hub;
  /** Subscriptions there are on the transport, by pattern and group: subscribers of the same share one. */
  readonly #joined = new Map<string, Joined>();
  /** Requests of others that are being worked on, by their id. */
  readonly #working = new Map<string, PublishingSink>();
  #cancels: Promise<TransportSubscription> | undefined;

  constructor(hub: Hub, transport: Transport) {
    this.#hub = hub;
    this.transport = transport;
  }

  /** Resolves when everything published elsewhere from now on reaches the subscriber. */
  async join(subscriber: Subscriber): Promise<void> {
    const { pattern } = subscriber;
    const group = subscriber.answers ? (subscriber.group ?? pattern) : subscriber.group;
    const { overflow } = subscriber;
    const key = `${pattern} ${group ?? ""} ${overflow}`;
    let joined = this.#joined.get(key);
    if (joined === undefined) {
      // It is there before the transport is asked: last values may come at once.
      const subscribers = new Set<Subscriber>([subscriber]);
      const deliver = (message: TransportMessage): unknown => this.#arrive(subscribers, message, group);
      joined = { subscribers, opened: this.transport.subscribe(pattern, deliver, { group, overflow }) };
      this.#joined.set(key, joined);
    }
    joined.subscribers.add(subscriber);
    if (subscriber.answers) this.#cancels ??= this.transport.subscribe(CANCEL, (message) => this.#cancel(message));
    await Promise.all([joined.opened, this.#cancels]);
  }

  async leave(subscriber: Subscriber): Promise<void> {
    for (const [key, { subscribers, opened }] of this.#joined) {
      if (!subscribers.delete(subscriber) || subscribers.size > 0) continue;
      this.#joined.delete(key);
      await (await opened).unsubscribe();
    }
  }

  publish(message: Message): Promise<void> {
    return this.transport.publish(message);
  }

  /** Asks whoever is elsewhere. */
  request(request: PendingRequest, message: Message): void {
    void this.#request(request, message).catch((error) => request.abandon(error));
  }

  #arrive(subscribers: Set<Subscriber>, incoming: TransportMessage, group: string | undefined): unknown {
    const [first] = subscribers;
    const sink = first === undefined ? undefined : this.#sinkOf(incoming, first.answers);
    if (sink === null) return undefined;
    const message = new Message(this.#hub, incoming.subject, incoming.payload, incoming, sink);
    const waits: unknown[] = [];
    const isOneOfMany = group !== undefined && incoming.broadcast !== true;
    for (const subscriber of [...subscribers]) {
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
