import type { AgentHost, Attempt, AttemptResult, AttemptSink } from "../host.ts";
import { stopReason } from "../stop.ts";
import type { Orphan } from "./orphans.ts";
import { ProcessRun } from "./run.ts";
import { type ProcessHostOptions, ProcessTools, UNKNOWN_USAGE } from "./tools.ts";

/** Time orphans get between the polite and the forced end, in milliseconds. */
const ORPHAN_GRACE_MS = 2_000;

/** Runs programs. */
export interface ProcessHost extends AgentHost {
  /**
   * Ends what a dead run left behind: every process of this team whose attempt `isFenced` says is no longer current,
   * with its whole group, and resolves when they are gone. Finds them by their environment; only Linux tells it, so
   * elsewhere nothing is found.
   */
  reapOrphans(isFenced: (attemptId: string) => boolean): Promise<readonly Orphan[]>;
}

/** A host that runs each attempt's `program` as a child process with a group of its own. */
export function processHost(options: ProcessHostOptions): ProcessHost {
  return new ChildProcessHost(options);
}

class ChildProcessHost implements ProcessHost {
  readonly kind = "process";
  readonly #tools: ProcessTools;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  constructor(options: ProcessHostOptions) {
    this.#tools = new ProcessTools(options);
  }

  async run(attempt: Attempt, sink: AttemptSink, signal: AbortSignal): Promise<AttemptResult> {
    if (this.#closing.signal.aborted) return closed();
    const either = new AbortController();
    const stop = (): void => either.abort(signal.aborted ? signal.reason : this.#closing.signal.reason);
    const sources = [signal, this.#closing.signal];
    for (const source of sources) source.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    const running = new ProcessRun(this.#tools, attempt, sink, either.signal).run();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
      for (const source of sources) source.removeEventListener("abort", stop);
    }
  }

  reapOrphans(isFenced: (attemptId: string) => boolean): Promise<readonly Orphan[]> {
    return this.#tools.reap(isFenced, ORPHAN_GRACE_MS);
  }

  async close(): Promise<void> {
    this.#closing.abort(stopReason("cancelled", "the host was closed"));
    await Promise.all(this.#running);
  }
}

function closed(): AttemptResult {
  const error = { type: "cancelled", code: "HOST_CLOSED" as const, message: "The host is closed." };
  return { ok: false, error, metrics: {}, artifacts: [], usage: UNKNOWN_USAGE, durationMs: 0, exitCode: null };
}
