import { availableParallelism } from "node:os";
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import type { MessagePort } from "node:worker_threads";
import type { Clock } from "../../runtime/clock.ts";
import type { WorkerDoor } from "../../transports/worker/worker-transport.ts";
import { Closing } from "../closing.ts";
import type { AgentHost, Attempt, AttemptError, AttemptResult, AttemptSink } from "../host.ts";
import { stopText, stopType } from "../stop.ts";
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
  /** Most threads; further attempts wait. Default: one per core. */
  readonly size?: number;
  /** Time after which a thread that has nothing to do is ended, in milliseconds. Default 30,000. */
  readonly idleMs?: number;
  /** Folder for artifacts; without it `ctx.artifact` refuses with `HOST_ARTIFACT_UNSUPPORTED`. */
  readonly artifacts?: string;
}

/**
 * Runs an agent in a pool of worker threads. `resources.memoryMb` limits the heap of a thread (not memory outside of it,
 * such as buffers); a thread that does not stop within the grace period is ended.
 */
export function workerHost(options: WorkerHostOptions): AgentHost {
  return new WorkerThreadHost(options);
}

class WorkerThreadHost implements AgentHost {
  readonly kind = "worker";
  readonly #clock: Clock;
  readonly #pool: ThreadPool;
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
    this.#pool = new ThreadPool({ module: url, exportName, artifacts }, { clock, size, idleMs });
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
    await this.#pool.close();
  }

  async #perform(attempt: Attempt, sink: AttemptSink, signal: AbortSignal): Promise<AttemptResult> {
    const plain = await plainAttempt(attempt);
    const thread = await this.#pool.take(attempt.resources.memoryMb, signal);
    if (!thread) return failed({ type: stopType(signal.reason), message: stopText(signal.reason) });
    const { agentId } = attempt;
    const threads = this.#threads.get(agentId) ?? new Set();
    this.#threads.set(agentId, threads.add(thread));
    try {
      const door = (port: MessagePort): WorkerDoor | undefined => openDoor(port, attempt, this.#clock);
      return await thread.perform(plain, attempt.graceMs, sink, signal, door);
    } finally {
      threads.delete(thread);
      if (threads.size === 0) this.#threads.delete(agentId);
      this.#pool.give(thread);
    }
  }
}

function failed(error: AttemptError): AttemptResult {
  const usage = { memoryPeakBytes: null, cpuMs: null, diskBytes: null };
  return { ok: false, error, metrics: {}, artifacts: [], usage, durationMs: 0 };
}
