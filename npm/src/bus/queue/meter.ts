import type { Clock } from "../../runtime/clock.ts";
import { Histogram, type Quantiles } from "../histogram.ts";

/** What this process saw of a queue since it first opened it. */
export interface QueueTraffic {
  /** Messages a second, over the last ten seconds or since the start. */
  readonly publishedPerSecond: number;
  readonly deliveredPerSecond: number;
  readonly ackedPerSecond: number;
  /** Messages that were refused to their publishers. */
  readonly refused: number;
  /** Attempts whose handler failed. */
  readonly failed: number;
  /** Reports that came too late. */
  readonly late: number;
  readonly latency: {
    /** From the call that publishes until the message is durable. */
    readonly publishing: Quantiles;
    /** From publishing to the hands of a consumer, whole milliseconds; attempts after the first are not among them. */
    readonly waiting: Quantiles;
    /** In the hands of a consumer, until its acknowledgement is durable. */
    readonly handling: Quantiles;
  };
}

const WINDOW_MS = 10_000;
const MARK_MS = 1_000;

/** Counts what goes through a queue. */
export class Meter {
  readonly #clock: Clock;
  readonly #published: Rate;
  readonly #delivered: Rate;
  readonly #acked: Rate;
  readonly #publishing = new Histogram();
  readonly #waiting = new Histogram();
  readonly #handling = new Histogram();
  refused = 0;
  failed = 0;
  late = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    const nowMs = clock.monoMs();
    this.#published = new Rate(nowMs);
    this.#delivered = new Rate(nowMs);
    this.#acked = new Rate(nowMs);
  }

  nowMs(): number {
    return this.#clock.monoMs();
  }

  /** So many messages that were published together at `sinceMs` are durable. */
  published(count: number, sinceMs: number): void {
    if (count === 0) return;
    const nowMs = this.#clock.monoMs();
    this.#published.add(count, nowMs);
    this.#publishing.record(nowMs - sinceMs, count);
  }

  /** Messages are in the hands of a consumer. */
  delivered(count: number, nowMs: number): void {
    this.#delivered.add(count, nowMs);
  }

  /** A message waited so long for its first attempt. */
  waited(ms: number): void {
    this.#waiting.record(ms);
  }

  /** A message that was handed out at `sinceMs` is acknowledged. */
  acked(sinceMs: number): void {
    const nowMs = this.#clock.monoMs();
    this.#acked.add(1, nowMs);
    this.#handling.record(nowMs - sinceMs);
  }

  traffic(): QueueTraffic {
    const nowMs = this.#clock.monoMs();
    return {
      publishedPerSecond: this.#published.perSecond(nowMs),
      deliveredPerSecond: this.#delivered.perSecond(nowMs),
      ackedPerSecond: this.#acked.perSecond(nowMs),
      refused: this.refused,
      failed: this.failed,
      late: this.late,
      latency: {
        publishing: this.#publishing.quantiles(),
        waiting: this.#waiting.quantiles(),
        handling: this.#handling.quantiles(),
      },
    };
  }
}

/** How many there were when, about once a second. */
class Rate {
  #count = 0;
  #marks: { readonly atMs: number; readonly count: number }[];

  constructor(nowMs: number) {
    this.#marks = [{ atMs: nowMs, count: 0 }];
  }

  add(count: number, nowMs: number): void {
    const last = this.#marks.at(-1);
    if (last === undefined || nowMs - last.atMs >= MARK_MS) {
      this.#marks.push({ atMs: nowMs, count: this.#count });
      if (this.#marks.length > WINDOW_MS / MARK_MS + 1) this.#marks.shift();
    }
    this.#count += count;
  }

  perSecond(nowMs: number): number {
    const from = this.#marks.find(({ atMs }) => nowMs - atMs <= WINDOW_MS);
    if (from === undefined || nowMs <= from.atMs) return 0;
    return ((this.#count - from.count) * 1_000) / (nowMs - from.atMs);
  }
}
