import { ATTEMPT_VARIABLE, TEAM_VARIABLE } from "./environment.ts";
import type { ProcessGroups } from "./group.ts";
import type { ProcessTable } from "./linux/process-table.ts";

/** A process of an attempt that nobody waits for any more. */
export interface Orphan {
  readonly pid: number;
  readonly group: number;
  readonly attemptId: string;
  /** Beginning of its command line. */
  readonly command: string;
  /** Whether it is gone now. */
  readonly ended: boolean;
}

/** Finds processes by the variables they were started with, which their own children inherit. */
export class Orphans {
  readonly #table: ProcessTable;
  readonly #groups: ProcessGroups;
  readonly #teamId: string;

  constructor(table: ProcessTable, groups: ProcessGroups, teamId: string) {
    this.#table = table;
    this.#groups = groups;
    this.#teamId = teamId;
  }

  /** Ends the groups of all condemned processes, side by side. */
  async end(isFenced: (attemptId: string) => boolean, graceMs: number): Promise<readonly Orphan[]> {
    const found = this.#find(isFenced);
    const groups = [...new Set(found.map(({ group }) => group))];
    const gone = new Map(
      await Promise.all(groups.map(async (group) => [group, await this.#groups.end(group, graceMs)] as const)),
    );
    return found.map((orphan) => ({ ...orphan, ended: gone.get(orphan.group) ?? false }));
  }

  #find(isFenced: (attemptId: string) => boolean): Omit<Orphan, "ended">[] {
    const ours = this.#ownGroups();
    return this.#table.pids().flatMap((pid) => {
      const environment = this.#table.environment(pid);
      const attemptId = environment?.get(ATTEMPT_VARIABLE);
      if (attemptId === undefined || environment?.get(TEAM_VARIABLE) !== this.#teamId) return [];
      const stat = this.#table.stat(pid);
      if (!stat || stat.state === "Z" || ours.has(stat.group) || !isFenced(attemptId)) return [];
      return [{ pid, group: stat.group, attemptId, command: this.#table.command(pid) }];
    });
  }

  /** Groups of this process and of those it descends from: a team inside an attempt of the same team ends neither. */
  #ownGroups(): ReadonlySet<number> {
    const groups = new Set<number>();
    let stat = this.#table.stat("self");
    for (let depth = 0; stat && depth < 1_000; depth++) {
      groups.add(stat.group);
      stat = stat.parent > 0 ? this.#table.stat(stat.parent) : undefined;
    }
    return groups;
  }
}
