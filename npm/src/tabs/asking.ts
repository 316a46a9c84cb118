import type { Bus } from "../bus/bus.ts";
import { PolyphonError } from "../errors/error.ts";
import type { Clock } from "../runtime/clock.ts";
import { Stream } from "../runtime/stream.ts";
import { type Call, type Hearing, TABS } from "./calls.ts";
import { FOR_EVER_MS } from "./names.ts";
import type { Consuming, Handed } from "./queue-wire.ts";

/** Longest wait for an answer before it is asked for again, in milliseconds: a result may take days. */
const ASK_MS = 3_600_000;
const PAUSE_MS = 50;

/** Asks whoever owns the journal; a change of owner is bridged. */
export class Asking {
  readonly #bus: Bus;
  readonly #clock: Clock;

  constructor(bus: Bus, clock: Clock) {
    this.#bus = bus;
    this.#clock = clock;
  }

  /** A call that bears being made twice: it is made again when nobody knows whether it arrived. */
  async again<T>(method: string, args: readonly unknown[] = [], signal?: AbortSignal): Promise<T> {
    for (;;) {
      signal?.throwIfAborted();
      try {
        return await this.once<T>(method, args, signal);
      } catch (error) {
        if (!isPassing(error)) throw error;
        await this.pause();
      }
    }
  }

  /** `TRANSPORT_LOST` when the owner changes meanwhile: nobody knows whether it took effect. `signal` ends the wait. */
  once<T>(method: string, args: readonly unknown[] = [], signal?: AbortSignal): Promise<T> {
    const call: Call = { method, args };
    return this.#bus.request<T>(`${TABS}.call`, call, { timeoutMs: ASK_MS, retries: 0, ...(signal && { signal }) });
  }

  /** What the owner hands to a consumer, while there is this owner. */
  consume(wanted: Consuming, signal: AbortSignal): AsyncIterable<readonly Handed[]> {
    return this.#bus.requestMany<readonly Handed[]>(`${TABS}.consume`, wanted, { timeoutMs: FOR_EVER_MS, signal });
  }

  /** A stream that goes on with the next owner; what happens while there is none is not heard. */
  stream<T>(hearing: () => Promise<Hearing>): Stream<T> {
    return new Stream<T>((subscriber) => {
      const end = new AbortController();
      const follow = async (): Promise<void> => {
        const wanted = await hearing();
        while (!end.signal.aborted) {
          try {
            const options = { timeoutMs: ASK_MS, signal: end.signal };
            for await (const value of this.#bus.requestMany<T>(`${TABS}.hear`, wanted, options)) subscriber.next(value);
            return subscriber.complete();
          } catch (error) {
            if (end.signal.aborted) return;
            if (!isPassing(error)) throw error;
            await this.pause();
          }
        }
      };
      follow().catch((error: unknown) => {
        if (error instanceof PolyphonError && ENDS.has(error.code)) subscriber.complete();
        else subscriber.error(error);
      });
      return () => end.abort();
    });
  }

  /** Before something is asked again. */
  pause(): Promise<void> {
    return new Promise((resolve) => this.#clock.after(PAUSE_MS, resolve));
  }
}

/** The team is closed here: a stream just ends, as that of a team does. */
export const ENDS: ReadonlySet<string> = new Set(["BUS_CLOSED", "TRANSPORT_CLOSED"]);
const PASSING: ReadonlySet<string> = new Set([
  "REQUEST_NO_RESPONDER",
  "REQUEST_TIMEOUT",
  "RUNTIME_DISPOSED",
  // An owner that was replaced wakes up.
  "STORE_FENCED",
  "STORE_LOCKED",
  "TRANSPORT_LOST",
]);

/** Whether it is the owner that changes, and not what was asked for. */
export function isPassing(error: unknown): boolean {
  return error instanceof PolyphonError && PASSING.has(error.code);
}
