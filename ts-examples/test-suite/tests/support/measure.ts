/** Milliseconds `work` takes. */
export async function timed(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Microseconds of processor time that `work` takes, the least of several runs: other programs on the machine count little. */
export function processorTime(runs: number, work: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run += 1) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, user + system);
  }
  return best;
}

/** Bytes of V8's heap that are in use after everything unreachable was collected. Needs `--expose-gc`. */
export function liveHeapBytes(): number {
  if (globalThis.gc === undefined) throw new Error("run with node --expose-gc");
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

/** The most memory this process has occupied so far, in bytes. */
export function peakRssBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
