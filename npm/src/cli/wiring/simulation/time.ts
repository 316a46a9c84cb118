import type { FakeClock } from "../../../testing/fake-clock.ts";

/** Turns of the real event loop without any work after which the team is taken to wait for time alone. */
const QUIET_TURNS = 4;

/**
 * Lets simulated time jump to the next timer whenever the team waits for nothing else: no call of the store is under
 * way, and nothing happened for a few turns of the event loop.
 */
export function timePasser(clock: FakeClock, busy: () => boolean): { stop(): void } {
  let stopped = false;
  const pass = async (): Promise<void> => {
    for (let quiet = 0; !stopped; ) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      quiet = busy() ? 0 : quiet + 1;
      const next = clock.nextInMs;
      if (quiet < QUIET_TURNS || next === undefined) continue;
      quiet = 0;
      clock.advance(next);
    }
  };
  void pass();
  return {
    stop() {
      stopped = true;
    },
  };
}
