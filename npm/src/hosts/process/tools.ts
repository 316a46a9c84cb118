import type { Clock } from "../../runtime/clock.ts";
import type { ArtifactKeeper } from "../agent.ts";
import { ProcessGroups } from "./group.ts";
import { processTable } from "./linux/process-table.ts";
import { GroupMonitor } from "./monitor.ts";
import { type Orphan, Orphans } from "./orphans.ts";
import { RunningGroups } from "./running.ts";

export interface ProcessHostOptions {
  readonly clock: Clock;
  /** Id of the team, by which processes of a dead run are told from those of others. */
  readonly teamId: string;
  /**
   * Programs its agents need: names, which are looked up on the PATH, or absolute paths. An agent starts only when all of them
   * are there and may be run (`HOST_PROGRAM_NOT_FOUND`). Default: none.
   */
  readonly requires?: readonly string[];
  /** Where artifacts go; without it none are kept. */
  readonly artifacts?: ArtifactKeeper;
}

/** What the executions of one host share. */
export class ProcessTools {
  readonly clock: Clock;
  readonly teamId: string;
  readonly artifacts: ArtifactKeeper | undefined;
  readonly groups: ProcessGroups;
  readonly running: RunningGroups = new RunningGroups();
  /** `undefined` where the system does not tell what a group uses. */
  readonly monitor: GroupMonitor | undefined;
  readonly #orphans: Orphans | undefined;

  constructor(options: ProcessHostOptions) {
    const table = processTable();
    this.clock = options.clock;
    this.teamId = options.teamId;
    this.artifacts = options.artifacts;
    this.groups = new ProcessGroups(options.clock, table);
    this.monitor = table && new GroupMonitor(options.clock, table);
    this.#orphans = table && new Orphans(table, this.groups, options.teamId);
  }

  /** Ends processes of an attempt that have left its group. Answers how many were found. */
  async endStrays(attemptId: string, graceMs: number): Promise<number> {
    return (await this.reap((id) => id === attemptId, graceMs)).length;
  }

  /** Ends, by group, every process of this team whose attempt the given function condemns. */
  async reap(isFenced: (attemptId: string) => boolean, graceMs: number): Promise<readonly Orphan[]> {
    return this.#orphans ? this.#orphans.end(isFenced, graceMs) : [];
  }
}
