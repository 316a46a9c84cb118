import { type ErrorCode, errorFacts } from "../../errors/codes.generated.ts";
import { PolyphonError } from "../../errors/error.ts";
import type { WireError } from "./frames.ts";

/** An error as it crosses. Texts of what is not ours stay on this side: they may say more than the other may know. */
export function toWire(error: unknown): WireError {
  if (!(error instanceof PolyphonError)) {
    return { code: "TRANSPORT_FAILED", message: "the other end failed; its log says how.", retryable: false };
  }
  const { code, message, retryable, details } = error;
  return { code, message, retryable, details };
}

/** The error that crossed; a code of a newer version is kept in `details.code`. */
export function fromWire({ code, message, retryable, details }: WireError): PolyphonError {
  const known = code in errorFacts;
  return new PolyphonError(known ? (code as ErrorCode) : "TRANSPORT_FAILED", {
    message,
    retryable,
    details: { ...details, ...(known ? {} : { code }) },
  });
}

/** The connection and its session are gone. What was under way may have arrived or not. */
export function lost(kind: string, reason: string): PolyphonError {
  return new PolyphonError("TRANSPORT_LOST", { message: `the ${kind} transport lost the other end: ${reason}.` });
}

export function transportClosed(kind: string): PolyphonError {
  return new PolyphonError("TRANSPORT_CLOSED", { message: `the ${kind} transport takes nothing any more.` });
}
