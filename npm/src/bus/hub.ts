import { PolyphonError } from "../errors/error.ts";
import { type Clock, systemClock } from "../runtime/clock.ts";
import { Deadlines } from "../runtime/deadlines.ts";
import { Channel } from "../runtime/stream.ts";
import { randomHex, uuidSource } from "../runtime/uuid.ts";
import type { TraceContext } from "../transports/transport.ts";
import { denied, expired, full, limit, limited, noResponder } from "./errors.ts";
import { Groups } from "./groups.ts";
import { Link } from "./link.ts";
import { Message, type MessageInit, type Stamps } from "./message.ts";
import type { BusEvent, BusOptions, PublishOptions } from "./options.ts";
import { RateLimits } from "./rate-limits.ts";
import { Recent } from "./recent.ts";
import { CANCEL } from "./reply.ts";
import type { PendingRequest } from "./request.ts";
import { Retained } from "./retained.ts";
import { type Deferred, type GroupRoute, pick, Route } from "./route.ts";
import { RouteCache, Shards } from "./routes.ts";
import { Scan } from "./scan.ts";
import { PublishingSink } from "./sinks.ts";
import { Spans } from "./spans.ts";
import { Counters } from "./statistics.ts";
import { checkSubject, firstToken, isReserved, matches } from "./subjects.ts";
import { Subscriber, type SubscriberInit } from "./subscriber.ts";
import { Trie } from "./trie.ts";

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
  readonly shards: Shards = new Shards();
  readonly retained: Retained;
  readonly spans: Spans | undefined;
  readonly link: Link | undefined;
  /** Requests whose answers may come from elsewhere, by the number in their reply subject. */
  readonly waiting: Map<number, PendingRequest> = new Map();
  /** Requests whose time is watched by nobody here: those of transports, and streams. */
  readonly remote: Set<PendingRequest> = new Set();
  readonly subscribers: Set<Subscriber> = new Set();
  readonly nextNumber: () => number;
  state: "up" | "draining" | "closed" = "up";
  pending = 0;
  /** Subscribers that have no room now. */
  shut = 0;
  /** The innermost route whose handlers are being called without a look at their room. */
  passing: Route | undefined;
  /** Whether there is nothing but to deliver: the bus is up and everybody is here. */
  isSimple = true;
  /** Routes of the owner. */
  readonly routes: RouteCache;
  readonly #trie = new Trie<Subscriber>();
  /** Filled and emptied by each cold pass. */
  readonly #found: Subscriber[] = [];
  /**
   * While no message lives a collection forgets how messages are laid out, and with it all code that was compiled for them:
   * this one always lives.
   */
  readonly shape: Message = new Message(this, "", undefined, undefined);
  readonly #scan = new Scan();
  readonly #came = new Recent();
  readonly #groups = new Groups();
  readonly #rates: RateLimits;
  readonly #uuid: () => string;
  readonly #spanId: () => string;
  readonly #principals = new Map<string, RouteCache>();
  readonly sampling: number;
  #untilSample: number;
  #untilSampledRequest: number;
  #onIdle: (() => void)[] = [];

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
    this.#rates = new RateLimits(options.limits);
    this.routes = this.#cache();
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
    if (init.group !== undefined) this.#groups.join(init.group);
    // A group that reaches beyond this bus is served by the transport, which alone knows all its members.
    if (!this.#isShared(subscriber)) this.#trie.add(init.pattern, subscriber);
    this.shards.changed(init.pattern);
    return subscriber;
  }

  /** New messages pass it by; what waits for it stays. */
  detach(subscriber: Subscriber): void {
    if (!this.#isShared(subscriber)) this.#trie.remove(subscriber.pattern, subscriber);
    this.shards.changed(subscriber.pattern);
  }

  unsubscribe(subscriber: Subscriber): void {
    if (!this.subscribers.delete(subscriber)) return;
    this.detach(subscriber);
    if (subscriber.group !== undefined) this.#groups.leave(subscriber.group);
    subscriber.close();
    const { counters } = this;
    counters.delivered += subscriber.delivered;
    counters.failed += subscriber.failed;
    counters.dropped += subscriber.dropped;
    counters.expired += subscriber.expired;
  }

  /** The route of a subject for the owner. */
  route(subject: string): Route {
    const known = this.routes.find(subject);
    if (known !== undefined) return known;
    const route = this.resolve(subject, undefined);
    this.routes.put(route);
    return route;
  }

  /** Works out where the messages of a subject go. `principal` is `undefined` for the owner and for transports. */
  resolve(subject: string, principal: string | undefined): Route {
    checkSubject(subject);
    const found: Subscriber[] = [];
    this.#trie.match(subject, found);
    // What the runtime has to say is for those who ask for it by name, not for everybody who listens to everything.
    if (isReserved(subject)) found.splice(0, found.length, ...found.filter(({ pattern }) => isReserved(pattern)));
    if (found.length > 1) found.sort((one, other) => one.serial - other.serial);
    let direct = found;
    let groups: GroupRoute[] = NO_GROUPS;
    if (found.some(({ group }) => group !== undefined)) {
      direct = found.filter(({ group }) => group === undefined);
      groups = this.#groups.among(found);
    }
    const shard = this.shards.take(firstToken(subject));
    const [denial, limits] = [this.#denial(principal, subject), this.#rates.of(subject, principal)];
    return new Route(subject, shard, direct, groups, denial, limits, this);
  }

  /** The routes of a principal; those of one who was not heard of for long are forgotten when there are too many. */
  routesOf(principal: string): RouteCache {
    let cache = this.#principals.get(principal);
    this.#principals.delete(principal);
    cache ??= this.#cache();
    this.#principals.set(principal, cache);
    if (this.#principals.size > PRINCIPALS_MAX) {
      const [[oldest, gone] = []] = this.#principals;
      if (oldest !== undefined) this.#principals.delete(oldest);
      if (gone !== undefined) {
        gone.isKept = false;
        gone.clear();
      }
    }
    return cache;
  }

  /** Brings what is counted by route to those it belongs to. */
  fold(): void {
    this.routes.fold();
    for (const cache of this.#principals.values()) cache.fold();
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
    if (!this.isSimple || this.options.limits !== undefined) return false;
    const scan = this.#scan;
    scan.read(subject);
    if (this.#came.again(scan.hash) || isReserved(subject)) return false;
    const found = this.#found;
    this.#trie.matchScanned(subject, scan, found);
    const subscriber = found.length === 1 ? found[0] : undefined;
    const isNobody = found.length === 0;
    found.length = 0;
    if (!isNobody && subscriber?.isPlain !== true) return false;
    this.counters.published += 1;
    if (subscriber === undefined) this.counters.unrouted += 1;
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

  gone(): PolyphonError {
    return new PolyphonError("BUS_CLOSED", {
      message: this.state === "draining" ? "the bus is draining; it takes nothing new." : "the bus is closed.",
    });
  }

  async drain(): Promise<void> {
    if (this.state === "up") this.state = "draining";
    this.#slowDown();
    await this.idle();
    await this.link?.transport.drain();
  }

  async close(): Promise<void> {
    if (this.state === "closed") return;
    this.state = "closed";
    this.#slowDown();
    for (const deadline of this.deadlines.all()) (deadline as PendingRequest).abandon(this.gone());
    for (const request of [...this.remote]) request.abandon(this.gone());
    for (const subscriber of [...this.subscribers]) this.unsubscribe(subscriber);
    this.routes.clear();
    this.events.complete();
    await this.link?.transport.close();
  }

  /** Resolves when nothing waits and no request is open. */
  async idle(): Promise<void> {
    await Promise.all([...this.subscribers].map((subscriber) => subscriber.idle()));
    if (this.pending > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  requestEnded(): void {
    this.pending -= 1;
    if (this.pending > 0 || this.#onIdle.length === 0) return;
    const waiting = this.#onIdle;
    this.#onIdle = [];
    for (const resolve of waiting) resolve();
  }

  isSampled(): boolean {
    if (--this.#untilSampledRequest > 0) return false;
    this.#untilSampledRequest = this.sampling;
    return true;
  }

  /** Whether a message would reach somebody, as far as is known here. */
  hears(subject: string): boolean {
    return this.state !== "closed" && (this.link !== undefined || this.route(subject).takers > 0);
  }

  /** Publishes what the owner has to say by itself: nobody refuses it or makes it wait, and it is said while the bus drains. */
  say(subject: string, payload: unknown, init: MessageInit): void {
    if (this.state === "closed") return;
    this.publish(this.route(subject), new Message(this, subject, payload, init))?.catch((error) => this.trouble(error));
  }

  /** Tells whoever works on a request that nobody waits for it any more: elsewhere, or here when it came back. */
  callOff(id: string): void {
    this.tell(CANCEL, { id });
    this.link?.callOff(id);
  }

  /** Publishes what the runtime has to say. */
  tell(subject: string, payload: unknown): void {
    const message = new Message(this, subject, payload, SYSTEM);
    void this.dispatch(this.route(subject), message);
    this.link?.publish(message).catch((error) => this.trouble(error));
  }

  /** Sends an answer to where it was asked for: a request of this bus, one of another node, or a subject like any other. */
  reply(subject: string, payload: unknown, init: MessageInit): Promise<void> | undefined {
    const message = new Message(this, subject, payload, init);
    const own = `$reply.${this.node}.`;
    if (subject.startsWith(own)) return this.waiting.get(Number(subject.slice(own.length)))?.arrive(message);
    const wait = subject.startsWith("$reply.") ? undefined : this.dispatch(this.route(subject), message);
    return this.link === undefined ? wait : Promise.all([wait, this.link.publish(message)]).then(() => undefined);
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
  #slowDown(): void {
    this.isSimple = false;
    this.shards.changed(">");
  }

  #sampled(route: Route, startMs: number): void {
    route.sampleAt = route.passes + this.sampling;
    const endMs = this.clock.monoMs();
    this.counters.delivery.record(endMs - startMs);
    this.counters.mark(endMs);
  }

  #cache(): RouteCache {
    return new RouteCache(this.shards, this.options.routes ?? 16_384, this.counters);
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

  #denial(principal: string | undefined, subject: string): PolyphonError | undefined {
    if (principal === undefined || this.options.access?.(principal, "publish", subject) !== false) return undefined;
    this.tellDenied(principal, "publish", subject);
    return denied(principal, "publish", subject);
  }

  tellDenied(principal: string, action: string, subject: string): void {
    if (this.events.isObserved) this.events.next({ type: "denied", subject, principal, action });
  }

  #refuse(refusal: PolyphonError | undefined): void {
    if (refusal === undefined) return;
    this.counters.refused += 1;
    throw refusal;
  }
}

const SYSTEM: MessageInit = Object.freeze({ kind: "command", priority: "high" });
const NO_GROUPS: GroupRoute[] = [];
/** Principals whose routes are kept. */
const PRINCIPALS_MAX = 10_000;
