import type { PolyphonError } from "../errors/error.ts";
import { type Clock, systemClock } from "../runtime/clock.ts";
import { Deadlines } from "../runtime/deadlines.ts";
import { Channel } from "../runtime/stream.ts";
import { randomHex, uuidSource } from "../runtime/uuid.ts";
import type { TraceContext } from "../transports/transport.ts";
import { expired, full, limit, limited, noResponder } from "./errors.ts";
import { Life } from "./life.ts";
import { Link } from "./link.ts";
import { Message, type Stamps } from "./message.ts";
import type { BusEvent, BusOptions, PublishOptions } from "./options.ts";
import { OwnMessages } from "./own-messages.ts";
import type { PendingRequest } from "./request.ts";
import { Retained } from "./retained.ts";
import { type Deferred, pick, type Route } from "./route.ts";
import { Routing } from "./routing.ts";
import { PublishingSink } from "./sinks.ts";
import { Spans } from "./spans.ts";
import { Counters } from "./statistics.ts";
import { checkSubject, matches } from "./subjects.ts";
import { Subscriber, type SubscriberInit } from "./subscriber.ts";

/** Messages that may wait for the end of a handler that publishes to its own subject. */
const DEFERRED_MAX = 10_000;

/** What all faces of one bus share. @internal */
export class Hub implements Stamps {
  readonly clock: Clock;
  readonly node: string;
  readonly ageingMs: number;
  readonly options: BusOptions;
  readonly counters: Counters;
  readonly deadlines: Deadlines;
  readonly events: Channel<BusEvent> = new Channel<BusEvent>();
  readonly routing: Routing;
  readonly life: Life = new Life(this);
  readonly own: OwnMessages = new OwnMessages(this);
  readonly retained: Retained;
  readonly spans: Spans | undefined;
  readonly link: Link | undefined;
  /** Requests whose answers may come from elsewhere, by the number in their reply subject. */
  readonly waiting: Map<number, PendingRequest> = new Map();
  /** Requests whose time is watched by nobody here: those of transports, and streams. */
  readonly remote: Set<PendingRequest> = new Set();
  readonly subscribers: Set<Subscriber> = new Set();
  readonly nextNumber: () => number;
  /** Subscribers that have no room now. */
  shut = 0;
  /** The innermost route whose handlers are being called without a look at their room. */
  passing: Route | undefined;
  /** Whether there is nothing but to deliver: the bus is up and everybody is here. */
  isSimple = true;
  /**
   * While no message lives a collection forgets how messages are laid out, and with it all code that was compiled for them:
   * this one always lives.
   */
  readonly shape: Message = new Message(this, "", undefined, undefined);
  readonly #uuid: () => string;
  readonly #spanId: () => string;
  readonly sampling: number;
  #untilSample: number;
  #untilSampledRequest: number;

  constructor(options: BusOptions) {
    this.options = options;
    this.clock = options.clock ?? systemClock();
    this.#uuid = uuidSource(this.clock);
    this.#spanId = randomHex(8);
    this.node = options.node ?? `node-${randomHex(4)()}`;
    this.ageingMs = options.ageingMs ?? 1_000;
    this.counters = new Counters(this.clock);
    this.deadlines = new Deadlines(this.clock);
    this.retained = new Retained(options.retained ?? 10_000);
    this.spans = (options.spans ?? 0) > 0 ? new Spans(options.spans as number, this.clock) : undefined;
    this.sampling = options.sampling ?? 64;
    this.#untilSample = this.sampling;
    this.#untilSampledRequest = this.sampling;
    this.routing = new Routing(this);
    let number = 0;
    this.nextNumber = () => ++number;
    this.link = options.transport === undefined ? undefined : new Link(this, options.transport);
    this.isSimple = this.link === undefined;
  }

  wallMs(): number {
    return this.clock.wallMs();
  }

  monoMs(): number {
    return this.clock.monoMs();
  }

  id(): string {
    return this.#uuid();
  }

  childOf(trace: TraceContext): TraceContext {
    const { traceparent } = trace;
    if (traceparent.length < 55) return trace;
    return { ...trace, traceparent: `${traceparent.slice(0, 36)}${this.#spanId()}${traceparent.slice(52)}` };
  }

  /** Adds a subscriber whose pattern is valid; the last values come first when it wants them. */
  subscribe(init: SubscriberInit, wantsRetained: boolean): Subscriber {
    if (this.subscribers.size >= (this.options.subscriptions ?? 1_000_000))
      throw limit("subscriptions", this.subscribers.size);
    const subscriber = new Subscriber(this, init);
    if (wantsRetained && this.retained.size > 0) {
      for (const message of this.lastValues(init.pattern)) this.arrive(subscriber, message);
    }
    this.subscribers.add(subscriber);
    this.routing.add(subscriber, this.#isShared(subscriber));
    return subscriber;
  }

  /** New messages pass it by; what waits for it stays. */
  detach(subscriber: Subscriber): void {
    this.routing.remove(subscriber, this.#isShared(subscriber));
  }

  unsubscribe(subscriber: Subscriber): void {
    if (!this.subscribers.delete(subscriber)) return;
    this.detach(subscriber);
    if (subscriber.group !== undefined) this.routing.leave(subscriber.group);
    subscriber.close();
    const { counters } = this;
    counters.delivered += subscriber.delivered;
    counters.failed += subscriber.failed;
    counters.dropped += subscriber.dropped;
    counters.expired += subscriber.expired;
  }

  /** The message of a publisher's options, its time set when time matters. */
  messageOf(subject: string, payload: unknown, options: PublishOptions | undefined): Message {
    if (options?.replyTo !== undefined) checkSubject(options.replyTo);
    const message = new Message(this, subject, payload, options);
    if (options?.ttlMs !== undefined) message.stamp();
    if (options?.replyTo !== undefined) message.sink = new PublishingSink(this, message, () => undefined);
    return message;
  }

  /** Publishes a message that nobody refuses: here, and elsewhere when there is a transport. */
  publish(route: Route, message: Message, origin?: object): Promise<void> | undefined {
    if (message.retain === true) this.retained.keep(message);
    this.counters.published += 1;
    const wait = this.dispatch(route, message, origin);
    if (this.link === undefined) return wait;
    return Promise.all([wait, this.link.publish(message)]).then(() => undefined);
  }

  /**
   * Hands a message to the one plain subscriber of a subject that is not known, without working out a route: many subjects
   * come once only. `false` when there is more to it, and for a subject that comes again: it gets its route.
   */
  passCold(subject: string, payload: unknown): boolean {
    if (!this.isSimple) return false;
    const subscriber = this.routing.single(subject);
    if (subscriber === undefined) return false;
    this.counters.published += 1;
    if (subscriber === null) this.counters.unrouted += 1;
    else void subscriber.offer(new Message(this, subject, payload, undefined));
    return true;
  }

  /** Hands a message to the direct subscribers of a fast route. */
  pass(route: Route, message: Message): undefined {
    if (route.isBusy) {
      this.counters.published += 1;
      return this.#defer(route, message, undefined);
    }
    route.isBusy = true;
    route.passes += 1;
    const startMs = route.passes < route.sampleAt ? -1 : this.clock.monoMs();
    if (this.shut === 0) this.#passOpen(route, message);
    else this.#passEach(route, message);
    route.isBusy = false;
    if (startMs >= 0) this.#sampled(route, startMs);
    if (route.deferred !== undefined) this.#flush(route);
    return undefined;
  }

  /** Everybody has room: nobody is looked at. Who loses it on the way, or leaves, has its place in the plan changed. */
  #passOpen(route: Route, message: Message): void {
    const { handlers } = route;
    const { length } = handlers;
    let at = 0;
    route.outer = this.passing;
    this.passing = route;
    for (;;) {
      // One guard around all handlers: one for each costs as much as the call.
      try {
        for (; at < length; at++) {
          const handler = handlers[at] as (message: Message) => unknown;
          const result = handler(message);
          if (result !== undefined) (route.direct[at] as Subscriber).taken(message, result);
        }
        break;
      } catch (error) {
        (route.direct[at++] as Subscriber).threw(message, error);
      }
    }
    this.passing = route.outer;
    route.outer = undefined;
    if (route.isDiverted) route.restore();
  }

  /** The same where somebody may have no room. */
  #passEach({ direct }: Route, message: Message): void {
    for (let at = 0; ; ) {
      try {
        for (; at < direct.length; at++) {
          const subscriber = direct[at] as Subscriber;
          if (!subscriber.isOpen) {
            subscriber.late(message);
            continue;
          }
          const { handler } = subscriber;
          const result = handler(message);
          if (result !== undefined) subscriber.taken(message, result);
        }
        return;
      } catch (error) {
        (direct[at++] as Subscriber).threw(message, error);
      }
    }
  }

  /** Hands a message to everybody on its route. */
  dispatch(route: Route, message: Message, origin?: object): Promise<void> | undefined {
    if (route.isBusy) return this.#defer(route, message, origin);
    if (--this.#untilSample === 0) return this.#timed(route, message, origin);
    return this.#dispatch(route, message, origin);
  }

  /** Throws when somebody refuses the message: nobody has it then. */
  guard(route: Route, message: Message): void {
    if (route.denial !== undefined) throw route.denial;
    for (const subscriber of route.direct) this.#refuse(subscriber.refusal(message));
    for (const group of route.groups) {
      const member = pick(group, message);
      group.turn.next -= 1;
      if (member !== undefined) this.#refuse(member.refusal(message));
    }
    for (const bucket of route.limits) {
      const waitMs = bucket.take();
      if (waitMs > 0) this.#refuse(limited(route.subject, waitMs));
    }
  }

  dropped(message: Message, { pattern, answers }: Subscriber, reason: "overflow" | "expired" | "closed"): void {
    const { subject } = message;
    // Who asked need not wait for the end of its time when it was to be answered by this one.
    const sink = answers ? message.sink : undefined;
    sink?.fail(reason === "closed" ? noResponder(subject) : reason === "expired" ? expired(subject) : full(subject));
    if (this.events.isObserved) this.events.next({ type: "dropped", subject, pattern, reason });
  }

  failed(message: Message, pattern: string, error: unknown): void {
    if (this.events.isObserved) this.events.next({ type: "failed", subject: message.subject, pattern, error });
    this.options.onError?.(error, message);
  }

  /** A message waited for its subscriber since then. */
  waited(sinceMs: number): void {
    this.counters.delivery.record(this.clock.monoMs() - sinceMs);
  }

  /** A message of somebody else, for one subscription of this bus. */
  arrive(subscriber: Subscriber, message: Message): unknown {
    if (subscriber.isClosed || (subscriber.filter !== undefined && !subscriber.filter(message))) return undefined;
    return subscriber.offer(message);
  }

  /** Messages kept for a pattern. */
  lastValues(pattern: string): Message[] {
    return this.retained.values().filter((message) => matches(pattern, message.subject));
  }

  isSampled(): boolean {
    if (--this.#untilSampledRequest > 0) return false;
    this.#untilSampledRequest = this.sampling;
    return true;
  }

  trouble(error: unknown): void {
    if (this.events.isObserved) this.events.next({ type: "transport", error });
  }

  #dispatch(route: Route, message: Message, origin: object | undefined): Promise<void> | undefined {
    route.isBusy = true;
    let waits: Promise<void>[] | undefined;
    if (route.takers === 0) this.counters.unrouted += 1;
    else waits = this.#deliver(route, message, origin);
    route.isBusy = false;
    if (route.deferred !== undefined) this.#flush(route);
    return waits === undefined ? undefined : Promise.all(waits).then(() => undefined);
  }

  #deliver(route: Route, message: Message, origin: object | undefined): Promise<void>[] | undefined {
    let waits: Promise<void>[] | undefined;
    const signal = message.init?.signal;
    const offer = (subscriber: Subscriber): void => {
      const wait = subscriber.offer(message, signal);
      if (wait === undefined) return;
      waits ??= [];
      waits.push(wait);
    };
    for (const subscriber of route.direct) {
      if (subscriber.origin !== undefined && subscriber.origin === origin) continue;
      if (subscriber.filter === undefined || subscriber.filter(message)) offer(subscriber);
    }
    for (const group of route.groups) {
      if (message.broadcast === true) {
        for (const member of group.members) {
          if (member.filter === undefined || member.filter(message)) offer(member);
        }
        continue;
      }
      const member = pick(group, message);
      if (member !== undefined) offer(member);
    }
    return waits;
  }

  #timed(route: Route, message: Message, origin: object | undefined): Promise<void> | undefined {
    this.#untilSample = this.sampling;
    const startMs = this.clock.monoMs();
    const waits = this.#dispatch(route, message, origin);
    const endMs = this.clock.monoMs();
    this.counters.delivery.record(endMs - startMs);
    this.counters.mark(endMs);
    return waits;
  }

  /** Every message is looked at from now on: routes that were fast are so no more. */
  slowDown(): void {
    this.isSimple = false;
    this.routing.shards.changed(">");
  }

  #sampled(route: Route, startMs: number): void {
    route.sampleAt = route.passes + this.sampling;
    const endMs = this.clock.monoMs();
    this.counters.delivery.record(endMs - startMs);
    this.counters.mark(endMs);
  }

  /** A handler publishes to the subject it is being called for: the message waits until everybody has the one before. */
  #defer(route: Route, message: Message, origin: object | undefined): undefined {
    route.deferred ??= [];
    if (route.deferred.length >= DEFERRED_MAX) this.#refuse(full(route.subject));
    route.deferred.push({ message, origin });
  }

  #flush(route: Route): void {
    const { deferred } = route;
    if (deferred === undefined) return;
    // Deferred ones may add to the end while the first are handed on.
    for (let at = 0; at < deferred.length; at++) {
      route.isBusy = true;
      const { message, origin } = deferred[at] as Deferred;
      void this.#deliver(route, message, origin);
    }
    route.isBusy = false;
    route.deferred = undefined;
  }

  #isShared({ group, answers }: Subscriber): boolean {
    return this.link !== undefined && group !== undefined && !answers;
  }

  #refuse(refusal: PolyphonError | undefined): void {
    if (refusal === undefined) return;
    this.counters.refused += 1;
    throw refusal;
  }
}
