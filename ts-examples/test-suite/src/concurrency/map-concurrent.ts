export interface ConcurrencyOptions {
  /** How many items are worked on at once. Default 4. */
  readonly concurrency?: number;
  /** Ends the work: the call rejects with the signal's reason, and items in progress see their own signal abort. */
  readonly signal?: AbortSignal;
}

/**
 * Applies an asynchronous function to every item, several at once, and gives the results in the order of the items.
 * The first failure rejects the call, starts nothing new and aborts what is in progress.
 */
export async function mapConcurrent<T, R>(
  items: readonly T[],
  work: (item: T, signal: AbortSignal, index: number) => Promise<R>,
  options: ConcurrencyOptions = {},
): Promise<R[]> {
  const concurrency = options.concurrency ?? 4;
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw new RangeError("concurrency must be an integer of at least 1");
  options.signal?.throwIfAborted();
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const results = new Array<R>(items.length);
  let next = 0;

  const lane = async (): Promise<void> => {
    while (next < items.length) {
      signal.throwIfAborted();
      const index = next++;
      results[index] = await work(items[index] as T, signal, index);
    }
  };

  const lanes = Array.from({ length: Math.min(concurrency, items.length) }, lane);
  try {
    await Promise.all(lanes);
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled(lanes);
    throw error;
  }
  return results;
}
