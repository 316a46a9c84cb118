import { type ErrorCode, errorFacts } from "../errors/codes.generated.ts";
import { PolyphonError } from "../errors/error.ts";
import type { Refusal } from "../wasm/codec.generated.ts";

/** A refusal of the kernel as an error. */
export function refused({ code, message, details }: Refusal): PolyphonError {
  const facts = errorFacts[code as ErrorCode];
  const retryable = facts?.retryable ?? false;
  return new PolyphonError(code as ErrorCode, { message, retryable, details: Object.fromEntries(details) });
}

/** Why a journal could not be read back. */
export function asPolyphonError(error: unknown): PolyphonError {
  if (error instanceof PolyphonError) return error;
  return new PolyphonError("STORE_IO", {
    message: "the journal could not be read back.",
    cause: error,
    retryable: true,
  });
}

/** The answer to a command whose append failed and that is not in the journal. */
export function notWritten(cause: unknown): PolyphonError {
  const told = cause instanceof PolyphonError && NOT_WRITTEN.has(cause.code) ? cause : undefined;
  const why = told === undefined ? "" : ` ${told.message}`;
  const message = `the command is not in the journal: nothing happened, it can be sent again.${why}`;
  return new PolyphonError(told?.code ?? "STORE_IO", { message, retryable: true, cause });
}

/** Why an append failed, where that is worth more to the caller than that it did. */
const NOT_WRITTEN: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["STORE_BUSY", "STORE_FULL"]);

/** The refusal of a command while `commands` wait already. */
export function backpressure(commands: number): PolyphonError {
  return new PolyphonError("BUS_BACKPRESSURE", {
    message: `${commands} commands wait already; send more when some were answered.`,
    retryable: true,
    retryAfterMs: 10,
  });
}
