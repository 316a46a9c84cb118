/** Calls `start` until `total` calls have ended, `width` of them at a time. Answers the seconds it took. */
export async function keepInFlight(
  total: number,
  width: number,
  start: (index: number) => Promise<unknown>,
): Promise<number> {
  const began = performance.now();
  let next = 0;
  let left = total;
  await new Promise<void>((resolve, reject) => {
    const one = (): void => {
      if (next >= total) return;
      start(next++).then(() => {
        if (--left === 0) resolve();
        else one();
      }, reject);
    };
    for (let index = 0; index < Math.min(width, total); index++) one();
  });
  return (performance.now() - began) / 1000;
}
