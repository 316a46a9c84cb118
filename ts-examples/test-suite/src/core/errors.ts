/** Reasons the library refuses an input or finds its data unusable. Stable: callers branch on them. */
export type EquityErrorCode =
  | "MONEY_SYNTAX"
  | "DATE_SYNTAX"
  | "RATIO_RANGE"
  | "EMPLOYEE_INVALID"
  | "EMPLOYEE_UNKNOWN"
  | "GRANT_INVALID"
  | "SCHEDULE_INVALID"
  | "CAP_TABLE_INVALID"
  | "POOL_EXHAUSTED"
  | "ROUND_INVALID"
  | "ROUND_NOT_CONVERGED"
  | "SCENARIO_INVALID"
  | "RECORD_DAMAGED"
  | "STORE_NAME"
  | "STORE_CONFLICT"
  | "STORE_NOT_FOUND";

/** The one error type of this library. `details` carries what a caller may want to show. */
export class EquityError extends Error {
  override readonly name = "EquityError";
  readonly code: EquityErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: EquityErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }
}
