import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import type { Clock } from "../../runtime/clock.ts";
import type { Attempt, ResourceUsage } from "../host.ts";
import { type LimitHit, LimitWatch } from "./limits.ts";
import type { ProcessTools } from "./tools.ts";
import { UNKNOWN_USAGE } from "./tools.ts";

/** One start of one program. */
export interface Command {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Written to standard input, which is closed after it. */
  readonly stdin: string;
  readonly stdout: (chunk: Buffer) => void;
  readonly stderr: (chunk: Buffer) => void;
  /** Given when descriptor 3 is to be a pipe. */
  readonly pipe?: (chunk: Buffer) => void;
}

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
    const started = await this.#start();
    if ("refused" in started)
      return this.#ended({ exitCode: null, signal: null, stopped: false, refused: started.refused });
    const { child, group } = started;
    const limits = new LimitWatch(this.#tools, this.#attempt.resources, group, dir, {
      onUsage,
      onLimit: (hit) => {
        this.#limit ??= hit;
        this.#tools.groups.signal(group, "SIGKILL");
      },
    });
    const drained = this.#connect(child);
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

  async #start(): Promise<{ child: ChildProcess; group: number } | { refused: NodeJS.ErrnoException }> {
    const { argv, cwd, env, pipe } = this.#command;
    try {
      const child = spawn(argv[0], argv.slice(1), {
        cwd,
        env: { ...env },
        // Its own session and group: signals reach all of it and nothing of ours.
        detached: true,
        shell: false,
        windowsHide: true,
        stdio: ["pipe", "pipe", "pipe", ...(pipe ? (["pipe"] as const) : [])],
      });
      const refused = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
        child.once("error", resolve);
        child.once("spawn", () => resolve(undefined));
      });
      // Signals that fail later are no errors of the program.
      child.on("error", () => undefined);
      return refused || child.pid === undefined
        ? { refused: refused ?? new Error("no process id") }
        : { child, group: child.pid };
    } catch (error) {
      return { refused: error as NodeJS.ErrnoException };
    }
  }

  /** Hands the streams to their takers; resolves when all are closed. */
  #connect(child: ChildProcess): Promise<unknown> {
    const stdin = child.stdin as Writable;
    // A program that does not read its input ends the pipe; that is its choice.
    stdin.on("error", () => undefined);
    stdin.end(this.#command.stdin);
    const pipe = child.stdio[3] as Readable | undefined;
    const takers: [Readable | undefined, ((chunk: Buffer) => void) | undefined][] = [
      [child.stdout as Readable, this.#command.stdout],
      [child.stderr as Readable, this.#command.stderr],
      [pipe, this.#command.pipe],
    ];
    return Promise.all(takers.map(([stream, taker]) => stream && taker && taken(stream, taker)));
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

function exitOf(child: ChildProcess): Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null)
      resolve({ exitCode: child.exitCode, signal: child.signalCode });
    else child.once("exit", (exitCode, signal) => resolve({ exitCode, signal }));
  });
}

/** Whether the promise resolved within the time. */
function within(clock: Clock, promise: Promise<unknown>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, () => resolve(false));
    void promise.then(() => {
      cancel();
      resolve(true);
    });
  });
}

function taken(stream: Readable, taker: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve) => {
    stream.on("data", taker);
    stream.on("error", () => undefined);
    stream.once("close", resolve);
  });
}
