import { type ErrorCode, errorFacts } from "../errors/codes.generated.ts";
import { PolyphonError } from "../errors/error.ts";

/** A change that does not fit. */
export function invalid(message: string): PolyphonError {
  return new PolyphonError("DOCUMENT_OPERATION_INVALID", { message });
}

/** A call to what is closed. */
export function closed(what: string): PolyphonError {
  return new PolyphonError("DOCUMENT_CLOSED", { message: `${what} is closed; open it again.` });
}

/** What the module refused: code and message, a line each. */
export function refusal(lines: string): PolyphonError {
  const end = lines.indexOf("\n");
  const code = lines.slice(0, end);
  if (!(code in errorFacts)) throw new Error(`the module of documents failed: ${lines}`);
  return new PolyphonError(code as ErrorCode, { message: lines.slice(end + 1) });
}
