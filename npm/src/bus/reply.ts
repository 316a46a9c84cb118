import type { ErrorCode } from "../errors/codes.generated.ts";
import { PolyphonError } from "../errors/error.ts";
import type { TraceContext } from "../transports/transport.ts";

/** Who waits for answers. @internal */
export interface ReplySink {
  /** Id of the request, the same for each attempt; `undefined` where the message has its own. */
  readonly id: string | undefined;
  readonly replyTo: string | undefined;
  readonly trace: TraceContext | undefined;
  readonly signal: AbortSignal;
  /** Whether nobody waits any more. */
  readonly isOver: boolean;
  /** Whether answers are taken one by one until an end. */
  readonly takesMany: boolean;
  /** One of several answers. Waits until the next one is wanted. */
  next(value: unknown): Promise<void> | undefined;
  /** The only answer. */
  answer(value: unknown): void;
  /** There are no more of several. */
  end(): void;
  fail(error: unknown): void;
}

/** Tells responders elsewhere that nobody waits for an answer any more. */
export const CANCEL = "$sys.cancel";

/** Header of the message that ends a stream of answers and is none itself. */
export const END_HEADER = "polyphon-reply";

/** Why a responder's signal is aborted. */
export function callOff(): DOMException {
  return new DOMException("Nobody waits for the answer any more.", "AbortError");
}

/** The payload of a `response`. */
export interface ResponsePayload {
  readonly result: unknown;
  readonly sequence?: number;
  readonly done?: boolean;
}

/** What was thrown, as the payload of an `error`. */
export function errorPayload(error: unknown): Record<string, unknown> {
  if (error instanceof PolyphonError) {
    const { code, message, retryable, retryAfterMs, details, traceId } = error;
    return { code, message, retryable, details, ...(retryAfterMs && { retryAfterMs }), ...(traceId && { traceId }) };
  }
  return { code: "REQUEST_FAILED", message: error instanceof Error ? error.message : String(error), retryable: false };
}

/** The error of such a payload. What has no code of ours is `REQUEST_FAILED`. */
export function errorOf(payload: unknown, isKnown: (code: string) => boolean): PolyphonError {
  const given = (typeof payload === "object" && payload !== null ? payload : {}) as Record<string, unknown>;
  const { code, message, retryable, retryAfterMs, details } = given;
  const known = typeof code === "string" && isKnown(code);
  return new PolyphonError(known ? (code as ErrorCode) : "REQUEST_FAILED", {
    message: typeof message === "string" ? message : "the responder failed.",
    retryable: retryable === true,
    ...(typeof retryAfterMs === "number" && { retryAfterMs }),
    details: { ...(isRecord(details) && details), ...(!known && typeof code === "string" && { code }) },
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Hands what a responder returned, no promise, to who waits for it. Answers a promise while there are more answers. */
export function settle(value: unknown, sink: ReplySink): Promise<void> | undefined {
  if (isIterable(value)) return pipe(value, sink);
  sink.answer(value);
  return undefined;
}

/** Takes the next value only when it is wanted; leaving tells the responder. */
async function pipe(values: AsyncIterable<unknown>, sink: ReplySink): Promise<void> {
  try {
    for await (const value of values) {
      if (sink.isOver) return;
      await sink.next(value);
      if (sink.isOver) return;
    }
    sink.end();
  } catch (error) {
    sink.fail(error);
  }
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
