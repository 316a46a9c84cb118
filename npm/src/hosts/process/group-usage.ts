import type { SystemUnits } from "./linux/auxv.ts";
import type { ProcStat } from "./linux/stat.ts";

/** What a process group uses, made from samples of its members. */
export class GroupUsage {
  readonly #units: SystemUnits;
  readonly #cores: number;
  #members = new Map<string, ProcStat>();
  /** Time of members that ended and that no other member waited for, in ticks. */
  #lostTicks = 0;
  #cpuMs = 0;
  #sampledAtMs: number;
  #memoryBytes = 0;
  #peakBytes = 0;
  #isStopped = false;

  /** `cores` bounds what time can have passed unseen between samples. */
  constructor(units: SystemUnits, cores: number, startedAtMs: number) {
    this.#units = units;
    this.#cores = cores;
    this.#sampledAtMs = startedAtMs;
  }

  /** Takes the members seen now; `atMs` is monotonic. */
  sample(members: readonly ProcStat[], atMs: number): void {
    const now = new Map(members.map((member) => [identity(member), member]));
    for (const [id, gone] of this.#members)
      if (!now.has(id) && !this.#inherited(gone, members)) this.#lostTicks += gone.cpuTicks;
    this.#members = now;
    // Zombies wait for their parent; what is left is stopped when all of it is.
    const living = members.filter(({ state }) => state !== "Z");
    this.#isStopped = living.length > 0 && living.every(({ state }) => state === "T" || state === "t");
    this.#sampledAtMs = atMs;
    const ticks = members.reduce((sum, member) => sum + member.cpuTicks, this.#lostTicks);
    this.#cpuMs = Math.max(this.#cpuMs, (ticks * 1_000) / this.#units.ticksPerSecond);
    this.#memoryBytes = members.reduce((sum, member) => sum + member.rssPages, 0) * this.#units.pageBytes;
    this.#peakBytes = Math.max(this.#peakBytes, this.#memoryBytes);
  }

  /**
   * The leader ended and was waited for: `reapedMs` is what this process's own account of ended children grew by. It is
   * exact when one child ended, so it is believed as far as the last sample and the time since then allow.
   */
  leaderEnded(reapedMs: number, atMs: number): void {
    const most = this.#cpuMs + Math.max(atMs - this.#sampledAtMs, 0) * this.#cores;
    const lost = (this.#lostTicks * 1_000) / this.#units.ticksPerSecond;
    this.#cpuMs = Math.min(Math.max(this.#cpuMs, reapedMs + lost), most);
  }

  /** Resident memory of all members at the last sample. Pages shared between members count once for each. */
  get memoryBytes(): number {
    return this.#memoryBytes;
  }

  /** Whether every member was stopped by a signal or a debugger at the last sample. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  get peakBytes(): number {
    return this.#peakBytes;
  }

  get cpuMs(): number {
    return this.#cpuMs;
  }

  /** Whether a member that is still there has taken over the time of one that ended: a parent, or the parent's parent. */
  #inherited(gone: ProcStat, living: readonly ProcStat[]): boolean {
    let parent = gone.parent;
    for (let depth = 0; depth < 64; depth++) {
      if (living.some((member) => member.pid === parent)) return true;
      const before = [...this.#members.values()].find((member) => member.pid === parent);
      if (!before) return false;
      parent = before.parent;
    }
    return false;
  }
}

function identity(member: ProcStat): string {
  return `${member.pid}:${member.startTicks}`;
}
