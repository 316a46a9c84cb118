/** One slice of time. */
export interface Bucket {
  failures: number;
  fallbacks: number;
  successes: number;
  rejects: number;
  fires: number;
  timeouts: number;
  cacheHits: number;
  cacheMisses: number;
  coalesceCacheHits: number;
  coalesceCacheMisses: number;
  semaphoreRejections: number;
  percentiles: Record<string, number>;
  latencyTimes: number[];
  isCircuitBreakerOpen?: boolean;
}

/** The sums of a window. */
export interface BreakerStats extends Bucket {
  /** Mean latency in milliseconds; -1 when percentiles are switched off. */
  latencyMean: number;
}

const PERCENTILES = [0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 1];

const COUNTERS = [
  "failures",
  "fallbacks",
  "successes",
  "rejects",
  "fires",
  "timeouts",
  "cacheHits",
  "cacheMisses",
  "coalesceCacheHits",
  "coalesceCacheMisses",
  "semaphoreRejections",
] as const;

export type Counter = (typeof COUNTERS)[number];

export function emptyBucket(): Bucket {
  const counters = Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Record<(typeof COUNTERS)[number], number>;
  return { ...counters, percentiles: {}, latencyTimes: [] };
}

export function sumOf(window: readonly Bucket[], hasPercentiles: boolean): BreakerStats {
  const sum: BreakerStats = { ...emptyBucket(), latencyMean: -1 };
  for (const bucket of window) for (const name of COUNTERS) sum[name] += bucket[name] || 0;
  if (hasPercentiles) {
    sum.latencyTimes = window.flatMap((bucket) => bucket.latencyTimes ?? []).sort((a, b) => a - b);
    sum.latencyMean = mean(sum.latencyTimes);
  }
  for (const percentile of PERCENTILES) {
    sum.percentiles[percentile] = hasPercentiles ? at(percentile, sum.latencyTimes) : -1;
  }
  return sum;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function at(percentile: number, sorted: readonly number[]): number {
  const index = percentile === 0 ? 0 : Math.ceil(percentile * sorted.length) - 1;
  return sorted[index] ?? 0;
}
