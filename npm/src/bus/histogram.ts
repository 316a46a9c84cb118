/** Buckets to each doubling: a quantile is at most 1/32 above what was measured. */
const STEPS = 32;
/** Doublings from 1/1024 ms on: up to about 18 minutes. */
const DOUBLINGS = 30;
const LEAST_MS = 1 / 1_024;
/** Where each doubling begins. */
const STARTS_MS: Float64Array = Float64Array.from({ length: DOUBLINGS }, (_, doubling) => LEAST_MS * 2 ** doubling);

/** What a histogram says, in milliseconds; `undefined` while nothing was measured. */
export interface Quantiles {
  readonly count: number;
  readonly p50Ms: number | undefined;
  readonly p90Ms: number | undefined;
  readonly p99Ms: number | undefined;
  readonly p999Ms: number | undefined;
  readonly maxMs: number | undefined;
}

/** How long things took: counts in buckets that grow by a constant factor, in fixed memory (4 kB). */
export class Histogram {
  readonly #buckets = new Uint32Array(STEPS * DOUBLINGS + 1);
  #count = 0;
  #maxMs = 0;

  get count(): number {
    return this.#count;
  }

  /** So many took so long. */
  record(ms: number, count = 1): void {
    this.#count += count;
    if (ms > this.#maxMs) this.#maxMs = ms;
    const at = bucketOf(ms);
    this.#buckets[at] = (this.#buckets[at] as number) + count;
  }

  /** The upper bound of the bucket below which a share of all lies. */
  quantile(share: number): number | undefined {
    if (this.#count === 0) return undefined;
    let left = Math.max(Math.ceil(this.#count * share), 1);
    for (let at = 0; at < this.#buckets.length; at++) {
      left -= this.#buckets[at] as number;
      if (left <= 0) return Math.min(upperMs(at), this.#maxMs);
    }
    return this.#maxMs;
  }

  quantiles(): Quantiles {
    return {
      count: this.#count,
      p50Ms: this.quantile(0.5),
      p90Ms: this.quantile(0.9),
      p99Ms: this.quantile(0.99),
      p999Ms: this.quantile(0.999),
      maxMs: this.#count === 0 ? undefined : this.#maxMs,
    };
  }
}

/** Bucket 0 holds what is shorter than the least; then each doubling has its steps, evenly. */
function bucketOf(ms: number): number {
  if (!(ms >= LEAST_MS)) return 0;
  let doubling = 31 - Math.clz32(Math.min(ms * 1_024, 0x7fff_ffff));
  if (doubling >= DOUBLINGS) doubling = DOUBLINGS - 1;
  const start = STARTS_MS[doubling] as number;
  return 1 + doubling * STEPS + Math.min(Math.floor(((ms - start) / start) * STEPS), STEPS - 1);
}

function upperMs(bucket: number): number {
  if (bucket === 0) return LEAST_MS;
  const doubling = Math.floor((bucket - 1) / STEPS);
  return (STARTS_MS[doubling] as number) * (1 + (((bucket - 1) % STEPS) + 1) / STEPS);
}
