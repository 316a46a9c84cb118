import type { AttemptResult } from "./host.ts";
import { stopReason } from "./stop.ts";
import { UNKNOWN_USAGE } from "./usage.ts";

/** Keeps track of what a host runs, so that closing it asks all of it to end and waits until it has. */
export class Closing {
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  /** Runs an attempt with a signal that also fires when the host is closed; refuses once it is. */
  async run(signal: AbortSignal, perform: (either: AbortSignal) => Promise<AttemptResult>): Promise<AttemptResult> {
    if (this.#closing.signal.aborted) return closed();
    const either = new AbortController();
    const stop = (): void => either.abort(signal.aborted ? signal.reason : this.#closing.signal.reason);
    const sources = [signal, this.#closing.signal];
    for (const source of sources) source.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    const running = perform(either.signal);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
      for (const source of sources) source.removeEventListener("abort", stop);
    }
  }

  /** Safe to call twice. */
  async close(): Promise<void> {
    this.#closing.abort(stopReason("cancelled", "the host was closed"));
    await Promise.all(this.#running);
  }
}

function closed(): AttemptResult {
  const error = { type: "cancelled", code: "HOST_CLOSED" as const, message: "The host is closed." };
  return { ok: false, error, metrics: {}, artifacts: [], usage: UNKNOWN_USAGE, durationMs: 0, exitCode: null };
}
