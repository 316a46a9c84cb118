import { type ErrorCode, errorFacts } from "../../errors/codes.generated.ts";
import { PolyphonError } from "../../errors/error.ts";

/** Name of the subprotocol both ends must speak. */
export const SUBPROTOCOL = "polyphon.1";

/** Why a socket was closed, beyond the codes of the WebSocket standard. */
export const CLOSE = {
  done: 1000,
  goingAway: 1001,
  tooBig: 1009,
  tryLater: 1013,
  /** What came keeps to no rule; the reason begins with the code of the error. */
  invalid: 4400,
  denied: 4401,
  /** The two ends have nothing in common to speak, or cannot prove who they are; the reason as above. */
  unspoken: 4406,
  silent: 4408,
  limit: 4429,
} as const;

/** Bytes a reason may have. */
const REASON_BYTES = 120;

/** A reason as it may be sent. */
export function reasonOf(reason: string | PolyphonError): string {
  const text = typeof reason === "string" ? reason : `${reason.code}: ${reason.message}`;
  return text.replaceAll(/[^ -~]/g, "?").slice(0, REASON_BYTES);
}

/** Why it makes no sense to connect again. */
export function finalError(code: number, reason: string): PolyphonError | undefined {
  if (code === CLOSE.denied) {
    return new PolyphonError("TRANSPORT_DENIED", { message: `the server does not let this end in: ${reason}.` });
  }
  if (code === CLOSE.invalid || code === CLOSE.unspoken) {
    const [told = ""] = reason.split(":");
    const known = told in errorFacts ? (told as ErrorCode) : "TRANSPORT_INVALID";
    return new PolyphonError(known, { message: `the server says: ${reason}.`, retryable: false });
  }
  if (code === CLOSE.tooBig) {
    return new PolyphonError("TRANSPORT_LIMIT", { message: "a message was larger than the server takes." });
  }
  return undefined;
}
