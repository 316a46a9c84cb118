/** Why an attempt is asked to end. */
export type StopType = "timeout" | "cancelled" | (string & {});

/** What asks an attempt to end, without a signal of the platform: that costs more than a short attempt. */
export interface Stop {
  /** Whether the attempt shall end. */
  readonly isRequested: boolean;
  /** Why; made by {@link stopReason} where the runtime asks. */
  readonly reason: unknown;
  /** Called once when the attempt shall end, unless it was asked before. */
  listener: (() => void) | undefined;
}

/** A signal as a {@link Stop}. */
export class SignalStop implements Stop {
  readonly #signal: AbortSignal;
  #listener: (() => void) | undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  get isRequested(): boolean {
    return this.#signal.aborted;
  }

  get reason(): unknown {
    return this.#signal.reason;
  }

  get listener(): (() => void) | undefined {
    return this.#listener;
  }

  set listener(listener: (() => void) | undefined) {
    if (this.#listener !== undefined) this.#signal.removeEventListener("abort", this.#listener);
    this.#listener = listener;
    if (listener !== undefined) this.#signal.addEventListener("abort", listener, { once: true });
  }
}

/**
 * The value to abort an attempt's signal with. Its `errorType` becomes the type of the attempt's error.
 * The name is the one a platform timeout or abort has, so that agents treat it as such.
 */
export function stopReason(type: StopType, message: string): Error & { readonly errorType: string } {
  const error = new Error(message);
  error.name = type === "timeout" ? "TimeoutError" : "AbortError";
  return Object.assign(error, { errorType: type });
}

/** The error type a signal's reason stands for; `timeout` when it names none. */
export function stopType(reason: unknown): string {
  const type = (reason as { errorType?: unknown } | null | undefined)?.errorType;
  return typeof type === "string" && type !== "" ? type : "timeout";
}

/** The text of a signal's reason. */
export function stopText(reason: unknown): string {
  if (reason instanceof Error) return reason.message;
  return typeof reason === "string" ? reason : "the attempt was asked to end";
}
