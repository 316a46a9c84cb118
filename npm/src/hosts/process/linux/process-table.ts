import { closeSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { parseAuxv, type SystemUnits } from "./auxv.ts";
import { type ProcStat, parseStat } from "./stat.ts";

/** Scans after which a process that was in a group of no interest is looked at again. */
const RECHECK_SCANS = 10;
/** A stat line is about 300 bytes, its longest part the name of at most 64. */
const STAT_BYTES = 1_024;

/**
 * The processes of this machine, read from `/proc`. Reads are synchronous: each is a few microseconds of memory copy
 * and a detour through the thread pool would cost more than it frees.
 */
export class ProcessTable {
  readonly units: SystemUnits;
  readonly #root: string;
  readonly #buffer = Buffer.alloc(STAT_BYTES);
  /** Group a process was last seen in, and at which scan. */
  readonly #seen = new Map<number, { readonly group: number; readonly scan: number }>();
  #scan = 0;

  constructor(root = "/proc") {
    this.#root = root;
    this.units = parseAuxv(readFileSync(`${root}/self/auxv`));
  }

  /** Ids of all processes that can be seen. */
  pids(): number[] {
    return readdirSync(this.#root)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  }

  /** `undefined` when the process has gone. */
  stat(pid: number | "self"): ProcStat | undefined {
    try {
      const file = openSync(`${this.#root}/${pid}/stat`, "r");
      try {
        const length = readSync(file, this.#buffer, 0, STAT_BYTES, 0);
        return parseStat(this.#buffer.toString("latin1", 0, length));
      } finally {
        closeSync(file);
      }
    } catch {
      return undefined;
    }
  }

  /** Environment a process was started with; `undefined` when it has gone or belongs to somebody else. */
  environment(pid: number): ReadonlyMap<string, string> | undefined {
    try {
      const entries = readFileSync(`${this.#root}/${pid}/environ`, "utf8").split("\0");
      return new Map(entries.map((entry) => split(entry, entry.indexOf("="))));
    } catch {
      return undefined;
    }
  }

  /** The first 200 characters of a process's command line, for people. */
  command(pid: number): string {
    try {
      return readFileSync(`${this.#root}/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim().slice(0, 200);
    } catch {
      return "";
    }
  }

  /**
   * Processes of the given groups, ended ones that nobody waited for included. A process seen in another group is
   * looked at again only after {@link RECHECK_SCANS} scans: changing into a group that exists is rare.
   */
  members(groups: ReadonlySet<number>): ProcStat[] {
    this.#scan++;
    const found: ProcStat[] = [];
    const pids = this.pids();
    for (const pid of pids) {
      const seen = this.#seen.get(pid);
      if (seen && !groups.has(seen.group) && this.#scan - seen.scan < RECHECK_SCANS) continue;
      const stat = this.stat(pid);
      if (!stat) continue;
      this.#seen.set(pid, { group: stat.group, scan: this.#scan });
      if (groups.has(stat.group)) found.push(stat);
    }
    if (this.#seen.size > pids.length * 2) this.#forgetGone(new Set(pids));
    return found;
  }

  #forgetGone(living: ReadonlySet<number>): void {
    for (const pid of this.#seen.keys()) if (!living.has(pid)) this.#seen.delete(pid);
  }
}

function split(entry: string, at: number): [string, string] {
  return at === -1 ? [entry, ""] : [entry.slice(0, at), entry.slice(at + 1)];
}

/** The table of this machine; `undefined` where there is no `/proc`. */
export function processTable(): ProcessTable | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    return new ProcessTable();
  } catch {
    return undefined;
  }
}
