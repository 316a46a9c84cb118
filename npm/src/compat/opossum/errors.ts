/** Codes opossum gives its own errors; code around breakers tests on them. */
export type OpossumCode = "EOPENBREAKER" | "ETIMEDOUT" | "ESEMLOCKED" | "ESHUTDOWN";

/** An error of the breaker, not of the action, in the words of opossum. */
export class OpossumError extends Error {
  readonly code: OpossumCode;

  constructor(code: OpossumCode, message: string) {
    super(message);
    this.code = code;
  }
}
