/** The only source of time and timers in the package: everything else takes a clock. */
export interface Clock {
  /** Milliseconds from an arbitrary origin; never goes back. */
  monoMs(): number;
  /** Milliseconds since the Unix epoch; may jump. */
  wallMs(): number;
  /** Runs `callback` once after `delayMs`. Answers a function that calls it off. */
  after(delayMs: number, callback: () => void, options?: TimerOptions): () => void;
  /** Runs `callback` once the platform has served the timers, input and output that wait. */
  soon(callback: () => void): void;
}

/** How a timer is set. */
export interface TimerOptions {
  /** Whether it alone does not keep the process from ending. Default false. Clocks that drive no process pass over it. */
  readonly background?: boolean;
}

/** Timers of the platform overflow above this and fire at once, so longer waits are re-armed daily. */
const LONGEST_TIMER_MS = 86_400_000;

/** The clock of the machine. */
export function systemClock(): Clock {
  const { setImmediate: immediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };
  return {
    monoMs: () => performance.now(),
    wallMs: () => Date.now(),
    after(delayMs, callback, { background = false } = {}) {
      let left = delayMs;
      let timer: ReturnType<typeof setTimeout>;
      const arm = (): void => {
        const part = Math.min(Math.max(left, 0), LONGEST_TIMER_MS);
        left -= part;
        timer = setTimeout(() => (left > 0 ? arm() : callback()), part);
        // Timers of browsers are numbers; a page needs no reason to stay.
        if (background) (timer as { unref?(): unknown }).unref?.();
      };
      arm();
      return () => clearTimeout(timer);
    },
    soon: immediate === undefined ? messageTurns() : (callback) => void immediate(callback),
  };
}

/** In a browser a message to oneself comes back after what waits; a timer would be held back for 4 ms. */
function messageTurns(): Clock["soon"] {
  const { port1, port2 } = new MessageChannel();
  const callbacks: (() => void)[] = [];
  port1.onmessage = () => callbacks.shift()?.();
  return (callback) => {
    callbacks.push(callback);
    port2.postMessage(null);
  };
}
