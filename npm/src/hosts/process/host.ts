import { Closing } from "../closing.ts";
import type { AgentHost, AgentSetup, Attempt, AttemptResult, AttemptSink } from "../host.ts";
import { lookUp } from "./look-up.ts";
import type { Orphan } from "./orphans.ts";
import { ProcessRun } from "./run.ts";
import { type ProcessHostOptions, ProcessTools } from "./tools.ts";

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
  readonly #closing = new Closing();
  readonly start?: (agent: AgentSetup) => Promise<void>;

  constructor(options: ProcessHostOptions) {
    this.#tools = new ProcessTools(options);
    const { requires = [] } = options;
    if (requires.length > 0) this.start = ({ signal }) => lookUp(requires, signal);
  }

  run(attempt: Attempt, sink: AttemptSink, signal: AbortSignal): Promise<AttemptResult> {
    return this.#closing.run(signal, (either) => new ProcessRun(this.#tools, attempt, sink, either).run());
  }

  /** Silent is an agent whose programs are stopped, by a signal or a debugger. Only Linux tells. */
  alive(agentId: string): boolean {
    return !this.#tools.running.isStopped(agentId);
  }

  reapOrphans(isFenced: (attemptId: string) => boolean): Promise<readonly Orphan[]> {
    return this.#tools.reap(isFenced, ORPHAN_GRACE_MS);
  }

  close(): Promise<void> {
    return this.#closing.close();
  }
}
