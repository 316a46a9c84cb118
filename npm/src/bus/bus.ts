import { PolyphonError } from "../errors/error.ts";
import { compose } from "../policies/compose.ts";
import { areClear, type Gate, gatesOf } from "../policies/gate.ts";
import type { Policy, PolicyCall } from "../policies/policy.ts";
import type { Stream } from "../runtime/stream.ts";
import { denied, noResponder } from "./errors.ts";
import { type BusHealth, healthOf } from "./health.ts";
import { Hub } from "./hub.ts";
import { Message } from "./message.ts";
import type { BusEvent, BusOptions, PublishOptions, RequestOptions, SubscribeOptions } from "./options.ts";
import { abortsOf, PendingRequest, PendingStream } from "./request.ts";
import type { Route } from "./route.ts";
import type { RouteCache } from "./routes.ts";
import type { Span } from "./spans.ts";
import { type BusStatistics, statisticsOf } from "./statistics.ts";
import { BusStream, ReplyStream } from "./streams.ts";
import { checkPattern, isReserved, TOPICS } from "./subjects.ts";
import { initOf, Subscription } from "./subscription.ts";

/** What takes messages. A promise it answers keeps a credit until it settles. */
export type MessageHandler<T = unknown> = (message: Message<T>) => unknown;

const NO_OPTIONS: Readonly<Record<string, never>> = Object.freeze({});
const RESPONDERS = "$respond";

/**
 * Carries messages between whoever publishes and whoever subscribed: at most once, in order for each publisher and subject,
 * nothing on disk. Messages for subscribers in this process go straight to their handlers, as they are.
 *
 * Everything throws `PROTOCOL_SUBJECT_INVALID` for what is no subject or pattern, `BUS_DENIED` for what the principal may
 * not do, and `BUS_CLOSED` once the bus drains or is closed.
 */
export class Bus implements AsyncDisposable {
  /** Lists of policies that were put together. */
  readonly #compositions = new WeakMap<readonly Policy<unknown>[], Policy<unknown>>();
  readonly #hub: Hub;
  readonly #routes: RouteCache;
  /** `undefined` for the owner. */
  readonly principal: string | undefined;

  constructor(options: BusOptions = {}, shared?: SharedHub) {
    this.#hub = shared?.hub ?? new Hub(options);
    this.principal = shared?.principal;
    this.#routes = shared === undefined ? this.#hub.routing.owner : this.#hub.routing.routesOf(shared.principal);
  }

  /**
   * Publishes a message. `undefined` when everybody has taken it over; a promise while a subscriber makes its publishers
   * wait, or while the transport does: await it in any case. `BUS_BACKPRESSURE` and `RATE_LIMITED` say that nobody has it.
   */
  publish(subject: string, payload?: unknown, options?: PublishOptions): Promise<void> | undefined {
    const hub = this.#hub;
    let route = this.#routes.find(subject);
    if (route === undefined) {
      if (options === undefined && this.principal === undefined && hub.passCold(subject, payload)) return undefined;
      route = this.#resolve(subject);
    }
    if (options !== undefined || !route.isFast) return this.#publish(route, payload, options);
    return hub.pass(route, new Message(hub, subject, payload, undefined));
  }

  /** Publishes to everybody who subscribed to the topic `broadcast`, every member of every group among them. */
  broadcast(payload: unknown, options: PublishOptions = {}): Promise<void> | undefined {
    return this.publish(TOPICS.broadcast, payload, { ...options, broadcast: true });
  }

  /**
   * Publishes to the standing topic a message belongs to: heartbeats to `heartbeat`, events to `events`, what is urgent
   * (high or critical) to `priority`, all else to `default`.
   */
  post(payload: unknown, options: PublishOptions = {}): Promise<void> | undefined {
    const { kind, priority } = options;
    const isUrgent = priority === "high" || priority === "critical";
    const topic =
      kind === "heartbeat"
        ? TOPICS.heartbeat
        : kind === "event"
          ? TOPICS.events
          : isUrgent
            ? TOPICS.priority
            : TOPICS.default;
    return this.publish(topic, payload, options);
  }

  /** The messages of a pattern, from when somebody subscribes to the stream or loops over it. */
  subscribe<T = unknown>(pattern: string, options?: SubscribeOptions): Stream<Message<T>>;
  /** Calls `handler` with each message of a pattern. */
  subscribe<T = unknown>(pattern: string, handler: MessageHandler<T>, options?: SubscribeOptions): Subscription;
  subscribe<T>(
    pattern: string,
    second: MessageHandler<T> | SubscribeOptions = {},
    third: SubscribeOptions = {},
  ): Stream<Message<T>> | Subscription {
    this.#mayListen(pattern);
    if (typeof second === "function") {
      const init = initOf(pattern, second as MessageHandler, third);
      return new Subscription(this.#hub, init, third);
    }
    return new BusStream<T>(this.#hub, pattern, second);
  }

  /**
   * Answers requests: with what `handler` answers, with each value of an async iterable one by one, with an error when it
   * throws. One responder is asked for each request, in turn; `message.signal` is aborted when nobody waits any more.
   */
  respond<T = unknown>(
    pattern: string,
    handler: MessageHandler<T>,
    options: Omit<SubscribeOptions, "retained"> = {},
  ): Subscription {
    this.#mayListen(pattern);
    const wanted = { credit: 256, ...options, retained: false, group: options.group ?? RESPONDERS };
    return new Subscription(
      this.#hub,
      { ...initOf(pattern, handler as MessageHandler, wanted), answers: true },
      wanted,
    );
  }

  /**
   * Asks and resolves with the answer; of several, with the first. `REQUEST_TIMEOUT`, `REQUEST_NO_RESPONDER`,
   * `REQUEST_EXPIRED`, `BUS_BACKPRESSURE`, or what the responder threw (`REQUEST_FAILED` when that has no code of its own
   * and came from another process).
   */
  request<R = unknown>(subject: string, payload?: unknown, options: RequestOptions = NO_OPTIONS): Promise<R> {
    const { signal } = options;
    if (options.policy === undefined) return this.#request(subject, payload, options, signal) as Promise<R>;
    const policy = isList(options.policy) ? this.#composed(options.policy) : options.policy;
    const gates = options.weight === undefined ? gatesOf(policy) : undefined;
    if (gates !== undefined && areClear(gates))
      return this.#request(subject, payload, options, signal, gates) as Promise<R>;
    const once = (call: PolicyCall): Promise<unknown> => this.#request(subject, payload, options, call);
    return policy.run(once, { signal, weight: options.weight }) as Promise<R>;
  }

  /** Asks whenever somebody subscribes or loops, and gives the answers one by one; a slow reader holds the responder back. */
  requestMany<R = unknown>(subject: string, payload?: unknown, options: RequestOptions = NO_OPTIONS): Stream<R> {
    return new ReplyStream<R>(() => this.#requestMany(subject, payload, options));
  }

  /** The last value kept of a subject. */
  retained<T = unknown>(subject: string): Message<T> | undefined {
    this.#mayListen(subject);
    return this.#hub.retained.get(subject) as Message<T> | undefined;
  }

  /** The same bus for somebody whose rights are asked about: {@link BusOptions.access}. */
  as(principal: string): Bus {
    return new Bus(this.#hub.options, { hub: this.#hub, principal });
  }

  /** Rights have changed: those of subjects that begin as `pattern` does are asked for anew. Default: all. */
  forget(pattern = ">"): void {
    this.#hub.routing.shards.changed(pattern);
  }

  get node(): string {
    return this.#hub.node;
  }

  get statistics(): BusStatistics {
    return statisticsOf(this.#hub);
  }

  /** The newest spans, the oldest first; none unless {@link BusOptions.spans} says how many. */
  get spans(): readonly Span[] {
    return this.#hub.spans?.all() ?? [];
  }

  /** What goes wrong, as it does. */
  get events$(): Stream<BusEvent> {
    return this.#hub.events.stream;
  }

  health(): BusHealth {
    return healthOf(this.#hub);
  }

  /**
   * Takes nothing new but what follows from messages that are being worked on (`cause`), and resolves when handlers,
   * what waits for them and requests have ended. The transport is drained too.
   */
  drain(): Promise<void> {
    return this.#hub.life.drain();
  }

  /** Ends every subscription and request at once, and closes the transport. Safe to call twice. */
  close(): Promise<void> {
    return this.#hub.life.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
    await this.close();
  }

  /** @internal */
  get hub(): Hub {
    return this.#hub;
  }

  #publish(route: Route, payload: unknown, options: PublishOptions | undefined): Promise<void> | undefined {
    const hub = this.#hub;
    const { subject } = route;
    if (hub.life.state !== "up" && (hub.life.state === "closed" || options?.cause === undefined)) throw hub.life.gone();
    if (options?.signal?.aborted) throw options.signal.reason;
    const message = hub.messageOf(subject, payload, options);
    if (route.isGuarded) hub.guard(route, message);
    return hub.publish(route, message);
  }

  #composed(policies: readonly Policy<unknown>[]): Policy<unknown> {
    let policy = this.#compositions.get(policies);
    if (policy === undefined) {
      policy = compose(...policies);
      this.#compositions.set(policies, policy);
    }
    return policy;
  }

  #request(
    subject: string,
    payload: unknown,
    options: RequestOptions,
    until: AbortSignal | PolicyCall | undefined,
    gates?: readonly Gate[],
  ): Promise<unknown> {
    // What is thrown on the way rejects.
    return new Promise((resolve, reject) => {
      const hub = this.#hub;
      const route = this.#routes.find(subject) ?? this.#resolve(subject);
      const { timeoutMs = 5_000, retries = options.policy === undefined ? 3 : 0 } = options;
      this.#mayAsk(route, options);
      const init = options === NO_OPTIONS ? undefined : options;
      const pending = new PendingRequest(hub, subject, payload, init, timeoutMs, retries, resolve, reject);
      if (gates === undefined || this.#enter(pending, gates, until)) this.#ask(pending, route, until);
    });
  }

  /** Through the gates; what is aborted already does not come to them. */
  #enter(pending: PendingRequest, gates: readonly Gate[], until: AbortSignal | PolicyCall | undefined): boolean {
    try {
      if (until instanceof AbortSignal && until.aborted) throw until.reason;
      pending.enter(gates);
      return true;
    } catch (error) {
      pending.abandon(error);
      return false;
    }
  }

  #requestMany(subject: string, payload: unknown, options: RequestOptions): PendingStream {
    const route = this.#routes.find(subject) ?? this.#resolve(subject);
    this.#mayAsk(route, options);
    const pending = new PendingStream(this.#hub, subject, payload, options, options.timeoutMs ?? 5_000);
    this.#ask(pending, route, options.signal);
    return pending;
  }

  #ask(pending: PendingRequest, route: Route, until: AbortSignal | PolicyCall | undefined): void {
    const hub = this.#hub;
    const { message } = pending;
    try {
      if (until !== undefined) pending.until(abortsOf(until));
      if (pending.isOver) return;
      if (message.init?.ttlMs !== undefined) message.stamp();
      if (route.isGuarded) hub.guard(route, message);
      const isHere = hub.link === undefined ? route.takers > 0 : route.answers;
      if (!isHere && hub.link === undefined) throw noResponder(route.subject);
      hub.dispatch(route, message)?.catch((error) => pending.abandon(error));
      if (isHere) pending.watch();
      else pending.send();
    } catch (error) {
      pending.abandon(error);
    }
  }

  #mayAsk(route: Route, options: RequestOptions): void {
    const hub = this.#hub;
    if (hub.life.state !== "up" && (hub.life.state === "closed" || options.cause === undefined)) throw hub.life.gone();
    if (hub.life.pending < (hub.options.requests ?? 100_000)) return;
    throw new PolyphonError("BUS_BACKPRESSURE", {
      message: `${route.subject}: ${hub.life.pending} requests wait for their answers; no more are taken.`,
      details: { subject: route.subject, pending: hub.life.pending },
    });
  }

  #resolve(subject: string): Route {
    const route = this.#hub.routing.resolve(subject, this.principal);
    if (isReserved(subject)) {
      this.#hub.routing.shards.give(route.shard);
      throw denied(this.principal ?? this.node, "publish", subject);
    }
    this.#routes.put(route);
    return route;
  }

  #mayListen(pattern: string): void {
    checkPattern(pattern);
    const { principal } = this;
    const hub = this.#hub;
    if (hub.life.state !== "up") throw hub.life.gone();
    const isAllowed = principal === undefined || hub.options.access?.(principal, "subscribe", pattern) !== false;
    if (isAllowed && !isReserved(pattern)) return;
    hub.routing.tellDenied(principal ?? hub.node, "subscribe", pattern);
    throw denied(principal ?? hub.node, "subscribe", pattern);
  }
}

/** @internal */
export interface SharedHub {
  readonly hub: Hub;
  readonly principal: string;
}

function isList(policy: Policy<unknown> | readonly Policy<unknown>[]): policy is readonly Policy<unknown>[] {
  return Array.isArray(policy);
}
