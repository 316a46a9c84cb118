import type { Clock } from "../runtime/clock.ts";
import { clip } from "./formats/test-report.ts";
import type { AttemptProgress, AttemptSink, ResourceUsage } from "./host.ts";
import { PROGRESS_INTERVAL_MS } from "./limits.ts";
import { Throttle } from "./throttle.ts";

/** Resource use is passed on at most this often, in milliseconds. */
const USAGE_INTERVAL_MS = 1_000;
/** Lines of output that are passed on at once and then each second. */
const LOG_BURST = 200;
const LOG_PER_SECOND = 50;
const MAX_LOG_TEXT = 4_096;

/** Stands between a program that may say anything at any rate and a sink that must not drown. */
export class Reporter {
  readonly #clock: Clock;
  readonly #sink: AttemptSink;
  readonly #progress: Throttle<AttemptProgress>;
  readonly #usage: Throttle<ResourceUsage>;
  #tokens = LOG_BURST;
  #refilledMs: number;
  #dropped = false;
  #ended = false;

  constructor(clock: Clock, sink: AttemptSink) {
    this.#clock = clock;
    this.#sink = sink;
    this.#refilledMs = clock.monoMs();
    this.#progress = new Throttle(clock, PROGRESS_INTERVAL_MS, (latest) => sink.progress(latest));
    this.#usage = new Throttle(clock, USAGE_INTERVAL_MS, (latest) => sink.usage(latest));
  }

  progress(progress: AttemptProgress): void {
    this.#progress.push(progress);
  }

  usage(usage: ResourceUsage): void {
    this.#usage.push(usage);
  }

  extend(ms: number): Promise<void> {
    return this.#sink.extend(ms);
  }

  saveState(value: unknown): Promise<void> {
    return this.#sink.saveState(value);
  }

  /** A line of the program. */
  log(level: "debug" | "info" | "warn" | "error", text: string): void {
    if (this.#ended) return;
    if (!this.admits()) return;
    this.#tokens--;
    this.#sayDropped();
    this.#sink.log(level, clip(text, MAX_LOG_TEXT));
  }

  /** Something the host itself has to say; never dropped. */
  note(text: string): void {
    if (!this.#ended) this.#sink.log("warn", clip(text, MAX_LOG_TEXT));
  }

  /** Whether the next line would be passed on; when not, lines count as left out. */
  admits(): boolean {
    const nowMs = this.#clock.monoMs();
    this.#tokens = Math.min(LOG_BURST, this.#tokens + ((nowMs - this.#refilledMs) * LOG_PER_SECOND) / 1_000);
    this.#refilledMs = nowMs;
    const open = this.#tokens >= 1;
    this.#dropped ||= !open;
    return open;
  }

  end(): void {
    this.#sayDropped();
    this.#ended = true;
    this.#progress.end();
    this.#usage.end();
  }

  #sayDropped(): void {
    if (!this.#dropped) return;
    this.#sink.log("warn", "lines were left out: the program writes more than can be passed on");
    this.#dropped = false;
  }
}
