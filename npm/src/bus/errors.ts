import { PolyphonError } from "../errors/error.ts";

/** A principal may not do what it asked for. */
export function denied(principal: string, action: string, subject: string): PolyphonError {
  return new PolyphonError("BUS_DENIED", {
    message: `${principal} may not ${action} ${action === "publish" ? "to" : "to messages of"} ${subject}.`,
    details: { principal, action, subject },
  });
}

/** A bound of the bus is reached. */
export function limit(what: string, most: number): PolyphonError {
  return new PolyphonError("BUS_LIMIT", {
    message: `the bus keeps at most ${most} ${what}.`,
    details: { what, most },
  });
}

/** Nobody is there who answers. */
export function noResponder(subject: string): PolyphonError {
  return new PolyphonError("REQUEST_NO_RESPONDER", {
    message: `nobody answers requests on ${subject}.`,
    details: { subject },
  });
}

/** The time of a request was over before anybody began with it. */
export function expired(subject: string): PolyphonError {
  return new PolyphonError("REQUEST_EXPIRED", {
    message: `the request on ${subject} was not begun within its time to live.`,
    details: { subject },
  });
}

/** Those who take the messages have no room. */
export function full(subject: string): PolyphonError {
  return new PolyphonError("BUS_BACKPRESSURE", {
    message: `${subject}: those who take its messages have no room for more.`,
    details: { subject },
  });
}

/** More messages than a rate limit lets pass. */
export function limited(subject: string, waitMs: number): PolyphonError {
  return new PolyphonError("RATE_LIMITED", {
    message: `${subject}: too many messages; the next one may pass in ${waitMs} ms.`,
    retryAfterMs: waitMs,
    details: { subject },
  });
}
