import { availableParallelism } from "node:os";
import type { Clock } from "../../runtime/clock.ts";
import { GroupUsage } from "./group-usage.ts";
import type { ProcessTable } from "./linux/process-table.ts";
import type { ProcStat } from "./linux/stat.ts";

/** Time between two samples of memory and CPU use, in milliseconds. */
const SAMPLE_INTERVAL_MS = 100;

interface Watch {
  readonly usage: GroupUsage;
  onSample(): void;
}

/** Samples all running process groups of a host with one walk over the process table. */
export class GroupMonitor {
  readonly #clock: Clock;
  readonly #table: ProcessTable;
  readonly #watches = new Map<number, Watch>();
  #cancel: (() => void) | undefined;
  #reapedTicks: number;

  constructor(clock: Clock, table: ProcessTable) {
    this.#clock = clock;
    this.#table = table;
    this.#reapedTicks = table.stat("self")?.childTicks ?? 0;
  }

  /** Begins to sample a group; `onSample` runs after each sample. */
  watch(group: number, onSample: (usage: GroupUsage) => void): GroupUsage {
    const usage = new GroupUsage(this.#table.units, availableParallelism(), this.#clock.monoMs());
    this.#watches.set(group, { usage, onSample: () => onSample(usage) });
    this.#sample(new Set([group]));
    this.#arm();
    return usage;
  }

  /** The leader of a group has ended; call it at once, while its time is the last that was added to ours. */
  leaderEnded(group: number): void {
    this.#watches.get(group)?.usage.leaderEnded(this.#reaped(), this.#clock.monoMs());
  }

  unwatch(group: number): void {
    this.#watches.delete(group);
    if (this.#watches.size > 0) return;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #arm(): void {
    this.#cancel ??= this.#clock.after(SAMPLE_INTERVAL_MS, () => {
      this.#cancel = undefined;
      this.#reaped();
      this.#sample(new Set(this.#watches.keys()));
      if (this.#watches.size > 0) this.#arm();
    });
  }

  #sample(groups: ReadonlySet<number>): void {
    const members = new Map<number, ProcStat[]>([...groups].map((group) => [group, []]));
    for (const member of this.#table.members(groups)) members.get(member.group)?.push(member);
    const atMs = this.#clock.monoMs();
    for (const [group, found] of members) {
      const watch = this.#watches.get(group);
      watch?.usage.sample(found, atMs);
      watch?.onSample();
    }
  }

  /** Time of ended children that was added to our own account since the last call, in milliseconds. */
  #reaped(): number {
    const ticks = this.#table.stat("self")?.childTicks ?? this.#reapedTicks;
    const added = ticks - this.#reapedTicks;
    this.#reapedTicks = ticks;
    return (added * 1_000) / this.#table.units.ticksPerSecond;
  }
}
