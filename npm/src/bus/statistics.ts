import type { Clock } from "../runtime/clock.ts";
import { Histogram, type Quantiles } from "./histogram.ts";
import type { Hub } from "./hub.ts";

/** What a bus has counted since it was made. */
export interface BusStatistics {
  /** Messages published here. */
  readonly published: number;
  /** Messages handed to handlers; one to three subscribers counts three times. */
  readonly delivered: number;
  /** Handlers that threw or rejected. */
  readonly failed: number;
  /** Messages given up because a subscriber had no room. */
  readonly dropped: number;
  readonly expired: number;
  /** Messages refused to their publishers. */
  readonly refused: number;
  /** Messages nobody had subscribed to. */
  readonly unrouted: number;
  /** Messages that wait for subscribers now. */
  readonly waiting: number;
  /** Messages published per second, over the last ten seconds or since the start. */
  readonly publishedPerSecond: number;
  /** Share of deliveries that failed, were dropped or expired, 0 to 1. */
  readonly errorShare: number;
  /** From publishing to the end of the last handler that was called at once, or to the handler for those that waited. Sampled. */
  readonly delivery: Quantiles;
  readonly requests: {
    readonly sent: number;
    readonly answered: number;
    readonly failed: number;
    readonly timedOut: number;
    /** Attempts beyond the first. */
    readonly repeated: number;
    /** Requests that wait now. */
    readonly pending: number;
    /** From the request to its answer. */
    readonly latency: Quantiles;
  };
  readonly subscriptions: number;
  readonly retained: number;
  /** Spans recorded, those that are no longer kept among them. */
  readonly spans: number;
}

const WINDOW_MS = 10_000;
const MARK_MS = 1_000;

/** The counters behind them. @internal */
export class Counters {
  published = 0;
  refused = 0;
  unrouted = 0;
  sent = 0;
  answered = 0;
  requestsFailed = 0;
  timedOut = 0;
  repeated = 0;
  /** Of subscribers that are gone. */
  delivered = 0;
  failed = 0;
  dropped = 0;
  expired = 0;
  readonly delivery: Histogram = new Histogram();
  readonly latency: Histogram = new Histogram();
  readonly #clock: Clock;
  /** How much was published when, about once a second. */
  #marks: { readonly atMs: number; readonly published: number }[];

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#marks = [{ atMs: clock.monoMs(), published: 0 }];
  }

  /** Looks at the clock anyway: a good time to note how far it got. */
  mark(atMs: number): void {
    const last = this.#marks.at(-1);
    if (last !== undefined && atMs - last.atMs < MARK_MS) return;
    this.#marks.push({ atMs, published: this.published });
    if (this.#marks.length > WINDOW_MS / MARK_MS + 1) this.#marks.shift();
  }

  perSecond(): number {
    const nowMs = this.#clock.monoMs();
    const from = this.#marks.find(({ atMs }) => nowMs - atMs <= WINDOW_MS) ?? this.#marks.at(-1);
    this.mark(nowMs);
    if (from === undefined || nowMs <= from.atMs) return 0;
    return ((this.published - from.published) * 1_000) / (nowMs - from.atMs);
  }
}

/** @internal */
export function statisticsOf(hub: Hub): BusStatistics {
  hub.routing.fold();
  const { counters } = hub;
  let { delivered, failed, dropped, expired } = counters;
  let waiting = 0;
  for (const subscriber of hub.subscribers) {
    delivered += subscriber.delivered;
    failed += subscriber.failed;
    dropped += subscriber.dropped;
    expired += subscriber.expired;
    waiting += subscriber.waiting;
  }
  const ended = delivered + dropped + expired;
  return {
    ...{ delivered, failed, dropped, expired, waiting },
    published: counters.published,
    refused: counters.refused,
    unrouted: counters.unrouted,
    publishedPerSecond: counters.perSecond(),
    errorShare: ended === 0 ? 0 : (failed + dropped + expired) / ended,
    delivery: counters.delivery.quantiles(),
    requests: {
      sent: counters.sent,
      answered: counters.answered,
      failed: counters.requestsFailed,
      timedOut: counters.timedOut,
      repeated: counters.repeated,
      pending: hub.life.pending,
      latency: counters.latency.quantiles(),
    },
    subscriptions: hub.subscribers.size,
    retained: hub.retained.size,
    spans: hub.spans?.count ?? 0,
  };
}
