import { availableParallelism } from "node:os";
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import type { MessagePort } from "node:worker_threads";
import type { Clock } from "../../runtime/clock.ts";
import type { WorkerDoor } from "../../transports/worker/worker-transport.ts";
import { Closing } from "../closing.ts";
import type { AgentHost, AgentSetup, Attempt, AttemptError, AttemptResult, AttemptSink } from "../host.ts";
import { stopText, stopType } from "../stop.ts";
import { attemptError } from "../thrown.ts";
import { UNKNOWN_USAGE } from "../usage.ts";
import type { AgentThread } from "./agent-thread.ts";
import { openDoor } from "./bus-door.ts";
import { plainAttempt } from "./plain-attempt.ts";
import { ThreadPool } from "./pool.ts";

export interface WorkerHostOptions {
  readonly clock: Clock;
  /** Module that exports the agent: an absolute path or a URL. It is loaded once per thread. */
  readonly module: string | URL;
  /** Name of the export. Default `default`. */
  readonly exportName?: string;
  /** Most threads of one agent; further attempts wait. Default: one per core. */
  readonly size?: number;
  /** Time after which a thread that has nothing to do is ended, in milliseconds. Default 30,000. */
  readonly idleMs?: number;
  /** Folder for artifacts; without it `ctx.artifact` refuses with `HOST_ARTIFACT_UNSUPPORTED`. */
  readonly artifacts?: string;
}

/**
 * Runs agents in worker threads, each in threads of its own: one is there and has loaded the module before the agent takes work. The
 * module exports a function, or an object with `perform` and, when something has to be prepared in each thread, `start` and
 * `stop`. `resources.memoryMb` limits the heap of a thread (not memory outside of it,
 * such as buffers); a thread that does not stop within the grace period is ended.
 */
export function workerHost(options: WorkerHostOptions): AgentHost {
  return new WorkerThreadHost(options);
}

class WorkerThreadHost implements AgentHost {
  readonly kind = "worker";
  readonly #clock: Clock;
  readonly #make: () => ThreadPool;
  readonly #pools = new Map<string, ThreadPool>();
  /** Agents in service, to be prepared in each of their threads. */
  readonly #setups = new Map<string, AgentSetup>();
  readonly #closing = new Closing();
  /** Threads that work for an agent now. */
  readonly #threads = new Map<string, Set<AgentThread>>();

  constructor(options: WorkerHostOptions) {
    const {
      clock,
      module,
      exportName = "default",
      size = availableParallelism(),
      idleMs = 30_000,
      artifacts,
    } = options;
    this.#clock = clock;
    const url = typeof module === "string" && isAbsolute(module) ? pathToFileURL(module).href : String(module);
    this.#make = () => new ThreadPool({ module: url, exportName, artifacts }, { clock, size, idleMs });
  }

  async start(agent: AgentSetup): Promise<void> {
    const { agentId, signal } = agent;
    this.#setups.set(agentId, agent);
    const pool = this.#poolOf(agentId);
    pool.isKept = true;
    const thread = await pool.take(0, signal);
    if (thread === undefined) throw signal.reason;
    try {
      await this.#prepare(thread, agentId, signal);
    } catch (error) {
      void thread.end();
      throw error;
    } finally {
      pool.give(thread);
    }
  }

  async stop({ agentId, signal }: AgentSetup): Promise<void> {
    const pool = this.#pools.get(agentId);
    this.#setups.delete(agentId);
    this.#pools.delete(agentId);
    await pool?.close(signal);
  }

  run(attempt: Attempt, sink: AttemptSink, signal: AbortSignal): Promise<AttemptResult> {
    const startedMs = this.#clock.monoMs();
    return this.#closing.run(signal, async (either) => {
      const result = await this.#perform(attempt, sink, either);
      return { ...result, durationMs: this.#clock.monoMs() - startedMs };
    });
  }

  /** An agent lives when every thread that works for it turns its event loop. */
  async alive(agentId: string): Promise<boolean> {
    await Promise.all([...(this.#threads.get(agentId) ?? [])].map((thread) => thread.alive()));
    return true;
  }

  async close(): Promise<void> {
    await this.#closing.close();
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
  }

  #poolOf(agentId: string): ThreadPool {
    const known = this.#pools.get(agentId);
    if (known !== undefined) return known;
    const pool = this.#make();
    this.#pools.set(agentId, pool);
    return pool;
  }

  /** Every thread prepares its agent once. */
  async #prepare(thread: AgentThread, agentId: string, signal: AbortSignal): Promise<void> {
    const setup = this.#setups.get(agentId);
    if (setup === undefined || thread.prepared === agentId) return;
    const { name, config } = setup;
    await thread.prepare({ agentId, name, config, state: await setup.state() }, signal);
  }

  async #perform(attempt: Attempt, sink: AttemptSink, signal: AbortSignal): Promise<AttemptResult> {
    const plain = await plainAttempt(attempt);
    const { agentId } = attempt;
    const pool = this.#poolOf(agentId);
    const thread = await pool.take(attempt.resources.memoryMb, signal);
    if (!thread) return failed({ type: stopType(signal.reason), message: stopText(signal.reason) });
    const threads = this.#threads.get(agentId) ?? new Set();
    this.#threads.set(agentId, threads.add(thread));
    try {
      const door = (port: MessagePort): WorkerDoor | undefined => openDoor(port, attempt, this.#clock);
      await this.#prepare(thread, agentId, signal);
      return await thread.perform(plain, attempt.graceMs, sink, signal, door);
    } catch (error) {
      return failed(
        signal.aborted ? { type: stopType(signal.reason), message: stopText(signal.reason) } : attemptError(error),
      );
    } finally {
      threads.delete(thread);
      if (threads.size === 0) this.#threads.delete(agentId);
      pool.give(thread);
    }
  }
}

function failed(error: AttemptError): AttemptResult {
  return { ok: false, error, metrics: {}, artifacts: [], usage: UNKNOWN_USAGE, durationMs: 0 };
}
