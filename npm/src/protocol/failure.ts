import { type ErrorCode, errorFacts } from "../errors/codes.generated.ts";
import { PolyphonError } from "../errors/error.ts";

/** Why a message, subject, key or transfer is refused: the field, the rule it breaks and the type of what was found. */
export function protocolError(code: ErrorCode, field: string, rule: string, found: string): PolyphonError {
  return new PolyphonError(code, { message: `${field}: ${rule}; found ${found}`, details: { field, rule, found } });
}

/** The error in the lines the module tells it with. */
export function refusal(lines: string): PolyphonError {
  const [code = "", field = "", rule = "", found = ""] = lines.split("\n");
  if (!(code in errorFacts)) throw new Error(`the protocol module failed: ${lines}`);
  return protocolError(code as ErrorCode, field, rule, found);
}

/** Calls into the module; what it refuses with lines becomes an error. */
export function refusing<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw typeof error === "string" ? refusal(error) : error;
  }
}
