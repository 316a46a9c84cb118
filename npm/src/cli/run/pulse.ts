import type { Clock } from "../../runtime/clock.ts";

/** Wakes a loop: at once when something happened, but not more often than it can bear; and now and then anyway. */
export interface Pulse {
  /** Something happened. */
  wake(): void;
  /** Resolves when something happened or `idleMs` are over, at the earliest `leastMs` after the last time. */
  next(leastMs: number, idleMs: number): Promise<void>;
}

export function pulse(clock: Clock): Pulse {
  let awake = false;
  let wakeUp: (() => void) | undefined;
  const pause = (ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve));
  return {
    wake() {
      awake = true;
      wakeUp?.();
    },
    async next(leastMs, idleMs) {
      if (leastMs > 0) await pause(leastMs);
      if (!awake) {
        await new Promise<void>((resolve) => {
          const stop = clock.after(idleMs, resolve);
          wakeUp = () => {
            stop();
            resolve();
          };
        });
      }
      wakeUp = undefined;
      awake = false;
    },
  };
}
