/** One process as `/proc/<pid>/stat` tells of it; times in clock ticks, memory in pages. */
export interface ProcStat {
  readonly pid: number;
  /** `R`, `S`, `D`, `Z` (ended, not yet waited for) and so on. */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** User and system time of the process and of its children that ended and were waited for. */
  readonly cpuTicks: number;
  /** The part of `cpuTicks` that is from children. */
  readonly childTicks: number;
  /** Since boot: together with `pid` it names a process for ever. */
  readonly startTicks: number;
  readonly rssPages: number;
}

/** Reads a stat line; `undefined` when it is none. The name of a program may hold anything, also `) R 1`. */
export function parseStat(text: string): ProcStat | undefined {
  const pid = Number.parseInt(text, 10);
  const nameEnd = text.lastIndexOf(")");
  if (!(pid > 0) || nameEnd === -1) return undefined;
  const fields = text.slice(nameEnd + 2).split(" ");
  // Field n of proc_pid_stat(5) is fields[n - 3].
  const at = (n: number): number => Number(fields[n - 3]);
  const childTicks = at(16) + at(17);
  const stat = {
    pid,
    state: fields[0] ?? "",
    parent: at(4),
    group: at(5),
    session: at(6),
    cpuTicks: at(14) + at(15) + childTicks,
    childTicks,
    startTicks: at(22),
    rssPages: at(24),
  };
  return Number.isFinite(stat.rssPages + stat.cpuTicks + stat.startTicks + stat.group) ? stat : undefined;
}
