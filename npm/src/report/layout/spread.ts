/**
 * Places items in a fixed order as near as possible (least squares) to where they want to be, at least the given
 * distances apart: isotonic regression by pooling neighbours that would overlap. O(items).
 *
 * @param wanted wished centre of each item, in order
 * @param gaps least distance between the centres of item `i` and `i + 1`
 */
export function spread(wanted: readonly number[], gaps: readonly number[]): readonly number[] {
  const shift: number[] = [0];
  for (let index = 1; index < wanted.length; index += 1) {
    shift.push((shift[index - 1] as number) + (gaps[index - 1] ?? 0));
  }
  const pools: { sum: number; size: number }[] = [];
  wanted.forEach((want, index) => {
    let pool = { sum: want - (shift[index] as number), size: 1 };
    for (let last = pools.at(-1); last !== undefined && mean(last) > mean(pool); last = pools.at(-1)) {
      pool = { sum: pool.sum + last.sum, size: pool.size + last.size };
      pools.pop();
    }
    pools.push(pool);
  });
  return pools
    .flatMap((pool) => new Array<number>(pool.size).fill(mean(pool)))
    .map((value, index) => value + (shift[index] as number));
}

function mean(pool: { readonly sum: number; readonly size: number }): number {
  return pool.sum / pool.size;
}
