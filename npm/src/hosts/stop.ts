/** Why an attempt is asked to end. */
export type StopType = "timeout" | "cancelled" | (string & {});

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
