import type { Clock } from "../runtime/clock.ts";

/** Whether the promise resolved within the time. Rejects as it does; a rejection that comes later is nobody's. */
export function within(clock: Clock, promise: Promise<unknown>, ms: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => resolve(false));
    promise.then(
      () => {
        cancel();
        resolve(true);
      },
      (error: Error) => {
        cancel();
        reject(error);
      },
    );
  });
}
