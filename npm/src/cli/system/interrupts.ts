import type { Interrupts } from "../context.ts";

export interface SystemInterrupts extends Interrupts {
  /** Reports an interrupt that came another way than as a signal. */
  fire(): void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

type Signals = Pick<NodeJS.Process, "on" | "off">;

/**
 * Ctrl-C and requests to end. While nobody listens, signals keep their usual meaning: a command that only reads ends
 * at once.
 */
export function systemInterrupts(signals: Signals): SystemInterrupts {
  const listeners = new Set<() => void>();
  const fire = (): void => {
    for (const listener of [...listeners]) listener();
  };
  return {
    fire,
    on(callback) {
      const listener = (): void => callback();
      if (listeners.size === 0) for (const signal of SIGNALS) signals.on(signal, fire);
      listeners.add(listener);
      return () => {
        if (!listeners.delete(listener) || listeners.size > 0) return;
        for (const signal of SIGNALS) signals.off(signal, fire);
      };
    },
  };
}
