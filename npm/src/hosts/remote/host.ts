import { PolyphonError } from "../../errors/error.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { ArtifactKeeper } from "../agent.ts";
import type { AgentHost, Attempt, AttemptResult, AttemptSink, ResourceUsage } from "../host.ts";
import { attemptError } from "../thrown.ts";
import { UNKNOWN_USAGE } from "../usage.ts";
import { detached, failedBy, fenced, replaced, stopped } from "./errors.ts";
import { Held } from "./held.ts";
import type { Seat } from "./seat.ts";
import type { Ability, Order, RemoteUsage, Report } from "./wire.ts";

/** Ends that are remembered, so that a report that is repeated gets the same answer. */
const ENDS_MOST = 1_000;
/** Instances that were replaced and must not come back. */
const REPLACED_MOST = 100;

/** What hosts of remote agents need. */
export interface RemoteHostOptions {
  readonly clock: Clock;
  readonly orderBytes: number;
  readonly artifacts: ArtifactKeeper | undefined;
}

/**
 * The team's side of one remote agent. Attempts wait here while it is away: one that it holds when it comes back goes on
 * and its report is taken by fence, one that it knows nothing of (a page that was loaded anew) is given to it again. What
 * becomes of an agent that stays away is for the kernel to say.
 */
export class RemoteHost implements AgentHost {
  readonly kind = "remote";
  readonly name: string;
  /** Who may attach it: the one who did first. */
  readonly source: string;
  readonly #clock: Clock;
  readonly #orderBytes: number;
  readonly #keeper: ArtifactKeeper | undefined;
  readonly #held = new Map<number, Held>();
  readonly #ends = new Map<number, boolean>();
  readonly #replaced = new Set<string>();
  #asked: ((isAlive: boolean) => void)[] = [];
  #seat: Seat | undefined;
  #isOut = true;
  #usage: RemoteUsage | undefined;

  constructor(name: string, source: string, { clock, orderBytes, artifacts }: RemoteHostOptions) {
    this.name = name;
    this.source = source;
    this.#clock = clock;
    this.#orderBytes = orderBytes;
    this.#keeper = artifacts;
  }

  get isAttached(): boolean {
    return this.#seat !== undefined;
  }

  /** Whether it is out of service, with nothing in its hands: its name is free. */
  get isOut(): boolean {
    return this.#isOut && this.#held.size === 0;
  }

  /** Throws `AGENT_REPLACED` when a newer instance has taken the place of this one. */
  check(instance: string): void {
    if (this.#replaced.has(instance)) throw replaced(this.name);
  }

  /** The agent is there, with the attempts `open` in its hands; it takes its orders at `seat`. */
  attach(seat: Seat, agentId: string, open: readonly number[]): void {
    this.check(seat.instance);
    const before = this.#seat;
    if (before !== undefined && before.instance !== seat.instance) this.#replace(before.instance);
    before?.end(replaced(this.name));
    this.#seat = seat;
    this.#isOut = false;
    const can: readonly Ability[] = ["artifacts"];
    seat.give({ type: "attached", agentId, ...(this.#keeper !== undefined && { can }) });
    const inHand = new Set(open);
    for (const held of this.#held.values()) this.#give(held, inHand.has(held.fence));
    for (const fence of open) if (!this.#held.has(fence)) seat.give(taken(fence));
    this.#heard(true);
  }

  /** The agent takes no orders at `seat` any more. */
  detach(seat: Seat): void {
    if (this.#seat !== seat) return;
    this.#seat = undefined;
    // No answer will come to what was asked there.
    this.#heard(false);
  }

  /** Something came from an instance, perhaps with what it uses. Throws `AGENT_REPLACED` and `AGENT_DETACHED`. */
  heard(instance: string, usage?: RemoteUsage): void {
    this.check(instance);
    if (this.#seat?.instance !== instance) throw detached(this.name, "it must attach first");
    this.#usage = usage ?? this.#usage;
    this.#heard(true);
  }

  expect(fence: number): void {
    if (!this.#held.has(fence)) this.#held.set(fence, new Held(fence, this.#clock, this.#keeper));
  }

  run(attempt: Attempt, sink: AttemptSink, signal: AbortSignal): Promise<AttemptResult> {
    this.expect(attempt.fence);
    const held = this.#held.get(attempt.fence) as Held;
    return held.run(attempt, sink, signal, () => this.#give(held, held.isGiven));
  }

  settled(fence: number, completed: boolean): void {
    const held = this.#held.get(fence);
    if (held === undefined) return;
    this.#held.delete(fence);
    this.#remember(fence, completed);
    held.settled(completed);
    // It may work on, for nobody.
    if (held.isGiven && held.reporter !== undefined) this.#seat?.give(taken(fence));
  }

  /** Whether its event loop turns: it is asked, and answers unless it hangs or is away. */
  alive(): boolean | Promise<boolean> {
    const seat = this.#seat;
    if (seat === undefined) return false;
    return new Promise((resolve) => {
      this.#asked.push(resolve);
      seat.give({ type: "ask" });
    });
  }

  /** What its process said it uses when it was asked last. */
  usage(): ResourceUsage | undefined {
    if (this.#usage === undefined || this.#seat === undefined) return undefined;
    return { ...UNKNOWN_USAGE, ...this.#usage };
  }

  ended(_agentId: string, how: "stopped" | "lost"): void {
    this.#isOut = true;
    this.#leave(how === "stopped" ? stopped(this.name) : detached(this.name, "it was silent for too long"));
  }

  /** The agent goes on: it attaches to whoever owns the journal next. */
  async close(): Promise<void> {
    this.#leave(detached(this.name, "the team is closed"));
  }

  /** Takes a report about an attempt, in whatever order it comes with the run of it. */
  async take(report: Exclude<Report, { type: "alive" | "leave" }>): Promise<unknown> {
    const { fence } = report;
    const held = this.#held.get(fence);
    if (held === undefined) {
      if (report.type === "result" && this.#ends.get(fence) === report.result.ok) return null;
      throw fenced(fence);
    }
    switch (report.type) {
      case "result":
        await held.report(await this.#withArtifacts(held, report));
        return null;
      case "artifact":
        if (held.isOver) throw fenced(fence);
        if (held.uploads === undefined) throw noPlace();
        return held.uploads.take(report.part);
      case "progress":
        held.reporter?.progress(report.progress);
        return null;
      case "log":
        held.reporter?.log(report.level, report.text);
        return null;
      case "extend":
        if (held.reporter === undefined) throw fenced(fence);
        await held.reporter.extend(report.ms);
        return null;
      case "save":
        if (held.reporter === undefined) throw fenced(fence);
        await held.reporter.saveState(report.value);
        return null;
      case "state":
        return { value: await held.attempt?.state?.() };
      case "outputs":
        return (await held.attempt?.outputs?.()) ?? {};
      case "context":
        return (await held.attempt?.context?.()) ?? {};
    }
  }

  /** A result with what its agent sent before. What is not there fails it. */
  async #withArtifacts(
    held: Held,
    { result, claims = [] }: Extract<Report, { type: "result" }>,
  ): Promise<AttemptResult> {
    if (claims.length === 0) return result;
    try {
      if (held.uploads === undefined) throw noPlace();
      return { ...result, artifacts: await held.uploads.claimed(claims) };
    } catch (error) {
      const { output: _, ...rest } = result;
      return { ...rest, ok: false, error: result.error ?? attemptError(error) };
    }
  }

  #give(held: Held, isInHand: boolean): void {
    const seat = this.#seat;
    if (seat === undefined) return;
    for (const order of held.orders(isInHand)) {
      const bytes = JSON.stringify(order).length;
      if (bytes <= this.#orderBytes) {
        seat.give(order);
        continue;
      }
      const message = `the input has ${bytes} bytes; a remote agent is sent at most ${this.#orderBytes}.`;
      held.fail(failedBy({ type: "logic_error", code: "PROTOCOL_LIMIT_EXCEEDED", message }, 0));
    }
  }

  #leave(error: Error): void {
    const seat = this.#seat;
    if (seat === undefined) return;
    seat.end(error);
    this.detach(seat);
  }

  #replace(instance: string): void {
    this.#replaced.add(instance);
    const [oldest = ""] = this.#replaced;
    if (this.#replaced.size > REPLACED_MOST) this.#replaced.delete(oldest);
  }

  #remember(fence: number, completed: boolean): void {
    this.#ends.set(fence, completed);
    const [oldest = 0] = this.#ends.keys();
    if (this.#ends.size > ENDS_MOST) this.#ends.delete(oldest);
  }

  #heard(isAlive: boolean): void {
    for (const resolve of this.#asked.splice(0)) resolve(isAlive);
  }
}

function noPlace(): PolyphonError {
  const message = "the team has no place for artifacts of remote agents: `acceptAgents` takes `artifacts`.";
  return new PolyphonError("HOST_ARTIFACT_UNSUPPORTED", { message });
}

/** The attempt is not this agent's any more. */
function taken(fence: number): Order {
  return { type: "stop", fence, errorType: "agent_lost", message: "the work goes to another agent" };
}
