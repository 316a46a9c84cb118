import type { Clock } from "../../runtime/clock.ts";
import type { ArtifactKeeper } from "../agent.ts";
import type { Attempt, AttemptResult, AttemptSink } from "../host.ts";
import { Reporter } from "../reporter.ts";
import { stopText, stopType } from "../stop.ts";
import { abandoned, failedBy, fenced } from "./errors.ts";
import { Uploads } from "./uploads.ts";
import type { Order, RemoteAttempt } from "./wire.ts";

interface Asker {
  resolve(): void;
  reject(error: Error): void;
}

/** What a running attempt is made of once its input was read. */
interface Work {
  readonly attempt: Attempt;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  readonly startedMs: number;
  resolve(result: AttemptResult): void;
}

/** One attempt in the hands of a remote agent, from its grant to its durable end. */
export class Held {
  readonly fence: number;
  readonly #clock: Clock;
  #work: Work | undefined;
  /** What its agent reported, and whoever waits to hear that it is durable. */
  #result: AttemptResult | undefined;
  #askers: Asker[] = [];
  #isGiven = false;
  #callOff: () => void = () => undefined;
  /** Where the team keeps artifacts. */
  readonly uploads: Uploads | undefined;

  constructor(fence: number, clock: Clock, keeper: ArtifactKeeper | undefined) {
    this.fence = fence;
    this.#clock = clock;
    this.uploads = keeper === undefined ? undefined : new Uploads(keeper);
  }

  /** It has ended, as far as its agent says. */
  get isOver(): boolean {
    return this.#result !== undefined;
  }

  get attempt(): Attempt | undefined {
    return this.#work?.attempt;
  }

  get reporter(): Reporter | undefined {
    return this.#result === undefined ? this.#work?.reporter : undefined;
  }

  /** Begins: `give` hands an order to the agent if it is there and has not got it. */
  run(attempt: Attempt, sink: AttemptSink, signal: AbortSignal, give: () => void): Promise<AttemptResult> {
    return new Promise((resolve) => {
      const reporter = new Reporter(this.#clock, sink);
      this.#work = { attempt, reporter, signal, startedMs: this.#clock.monoMs(), resolve };
      if (this.#result !== undefined) return this.#finish(this.#result);
      if (signal.aborted) this.#stop(give);
      else {
        give();
        signal.addEventListener("abort", () => this.#stop(give), { once: true });
      }
    });
  }

  /** The orders that bring an agent up to date which has the attempt in hand, or not. */
  orders(isInHand: boolean): readonly Order[] {
    this.#isGiven ||= isInHand;
    const work = this.#work;
    if (work === undefined || this.#result !== undefined) return [];
    const { reason, aborted } = work.signal;
    if (aborted) {
      if (!isInHand) return [];
      return [{ type: "stop", fence: this.fence, errorType: stopType(reason), message: stopText(reason) }];
    }
    if (isInHand) return [];
    this.#isGiven = true;
    return [{ type: "run", attempt: remoteAttempt(work.attempt) }];
  }

  get isGiven(): boolean {
    return this.#isGiven;
  }

  /** Its agent says how it ended; resolves when that is durable. The first report counts. */
  report(result: AttemptResult): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#askers.push({ resolve, reject });
      if (this.#result !== undefined) return;
      this.#result = result;
      if (this.#work !== undefined) this.#finish(result);
    });
  }

  /** It cannot be given to the agent at all. */
  fail(result: AttemptResult): void {
    if (this.#result !== undefined) return;
    this.#result = result;
    this.#finish(result);
  }

  /** The end is durable. */
  settled(completed: boolean): void {
    this.#callOff();
    this.uploads?.end();
    this.#work?.reporter.end();
    const isOurs = this.#result?.ok === completed;
    for (const asker of this.#askers.splice(0)) {
      if (isOurs) asker.resolve();
      else asker.reject(fenced(this.fence));
    }
  }

  #stop(give: () => void): void {
    const work = this.#work;
    if (work === undefined || this.#result !== undefined) return;
    const { reason } = work.signal;
    if (!this.#isGiven) {
      this.#finish(failedBy({ type: stopType(reason), message: stopText(reason) }, 0));
      return;
    }
    give();
    const { graceMs } = work.attempt;
    const late = (): void => {
      if (this.#result === undefined) this.#finish(failedBy(abandoned(reason, graceMs), this.#elapsedMs()));
    };
    this.#callOff = this.#clock.after(graceMs, late);
  }

  #finish(result: AttemptResult): void {
    this.#callOff();
    this.#work?.reporter.end();
    this.#work?.resolve({ ...result, durationMs: this.#elapsedMs() });
  }

  #elapsedMs(): number {
    return this.#work === undefined ? 0 : this.#clock.monoMs() - this.#work.startedMs;
  }
}

/** Attempts may be objects that read their members late; what crosses are the values. */
function remoteAttempt(attempt: Attempt): RemoteAttempt {
  const { id, taskId, key, sessionId, agentId, number, fence, input, timeoutMs, graceMs, recovery } = attempt;
  const { memoryMb, cpuCores, diskMb } = attempt.resources;
  const resources = { memoryMb, cpuCores, diskMb };
  const base = { id, taskId, key, sessionId, agentId, number, fence, input, resources, timeoutMs, graceMs };
  return recovery === undefined ? base : { ...base, recovery: { ...recovery } };
}
