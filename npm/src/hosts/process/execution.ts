import type { ChildProcess } from "node:child_process";
import type { Clock } from "../../runtime/clock.ts";
import type { Attempt, ResourceUsage } from "../host.ts";
import { UNKNOWN_USAGE } from "../usage.ts";
import { type Command, connect, exitOf, startChild, within } from "./child.ts";
import { type LimitHit, LimitWatch } from "./limits.ts";
import type { ProcessTools } from "./tools.ts";

/** How a program ended. */
export interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it was not started. */
  readonly refused?: NodeJS.ErrnoException;
  /** The limit it was ended for. */
  readonly limit?: LimitHit;
  /** Whether it was asked to end before it did. */
  readonly stopped: boolean;
  readonly usage: ResourceUsage;
  /** Something about its end that people should know. */
  readonly notes: readonly string[];
}

/** Time a group that outlives its leader gets to end by itself, in milliseconds; less when the grace period is shorter. */
const SURVIVOR_GRACE_MS = 1_000;
/** Time open pipes are waited for after the last process has gone, in milliseconds. */
const DRAIN_MS = 500;

/** Runs one program in a process group of its own, to the end of the last process of it. */
export class Execution {
  readonly #tools: ProcessTools;
  readonly #clock: Clock;
  readonly #attempt: Attempt;
  readonly #command: Command;
  readonly #notes: string[] = [];
  #limit: LimitHit | undefined;

  constructor(tools: ProcessTools, attempt: Attempt, command: Command) {
    this.#tools = tools;
    this.#clock = tools.clock;
    this.#attempt = attempt;
    this.#command = command;
  }

  /** Never rejects. `onUsage` hears of every sample. */
  async run(dir: string, signal: AbortSignal, onUsage: (usage: ResourceUsage) => void): Promise<Ended> {
    if (signal.aborted) return this.#ended({ exitCode: null, signal: null, stopped: true });
    const started = await startChild(this.#command);
    if ("refused" in started)
      return this.#ended({ exitCode: null, signal: null, stopped: false, refused: started.refused });
    const { child, group } = started;
    const limits = new LimitWatch(this.#tools, this.#attempt, group, dir, {
      onUsage,
      onLimit: (hit) => {
        this.#limit ??= hit;
        this.#tools.groups.signal(group, "SIGKILL");
      },
    });
    const drained = connect(child, this.#command);
    const exit = exitOf(child);
    limits.start();
    const stopped = await this.#untilExit(exit, group, signal);
    limits.leaderEnded();
    await this.#endSurvivors(group, stopped);
    const usage = await limits.finish();
    await this.#drain(child, drained);
    return this.#ended({ ...(await exit), stopped, usage });
  }

  #ended(parts: Pick<Ended, "exitCode" | "signal" | "stopped"> & Partial<Ended>): Ended {
    return { usage: UNKNOWN_USAGE, ...parts, ...(this.#limit ? { limit: this.#limit } : {}), notes: this.#notes };
  }

  /** Answers whether the program was asked to end. */
  async #untilExit(exit: Promise<unknown>, group: number, signal: AbortSignal): Promise<boolean> {
    let cancelKill: (() => void) | undefined;
    let stopped = false;
    const stop = (): void => {
      stopped = true;
      this.#tools.groups.signal(group, "SIGTERM");
      cancelKill = this.#clock.after(this.#attempt.graceMs, () => this.#tools.groups.signal(group, "SIGKILL"));
    };
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    await exit;
    signal.removeEventListener("abort", stop);
    cancelKill?.();
    return stopped;
  }

  async #endSurvivors(group: number, stopped: boolean): Promise<void> {
    const { groups } = this.#tools;
    if (!groups.alive(group)) return;
    if (!stopped && !this.#limit) this.#notes.push("processes that the program left behind were ended");
    const graceMs = this.#limit ? 0 : Math.min(SURVIVOR_GRACE_MS, this.#attempt.graceMs);
    if (!(await groups.end(group, graceMs))) this.#notes.push(`processes of group ${group} could not be ended`);
  }

  /** Waits for the rest of the output; a process that left the group may hold the pipes open for ever. */
  async #drain(child: ChildProcess, drained: Promise<unknown>): Promise<void> {
    if (await within(this.#clock, drained, DRAIN_MS)) return;
    const left = await this.#tools.endStrays(this.#attempt.id, Math.min(SURVIVOR_GRACE_MS, this.#attempt.graceMs));
    if (left > 0) this.#notes.push("processes that had left the program's group were ended");
    await within(this.#clock, drained, DRAIN_MS);
    for (const stream of child.stdio) stream?.destroy();
  }
}
