import { type ErrorCode, errorFacts } from "./codes.generated.ts";

/** What a {@link PolyphonError} is made from. */
export interface ErrorInit {
  /** What happened, where, and what to do about it, in one or two sentences. */
  readonly message: string;
  /** Structured facts about the failure, JSON-serialisable. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Whether trying the same call again can succeed; default: what the error registry says of the code. */
  readonly retryable?: boolean;
  /** How long to wait before trying again, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Id of the trace the failing call belonged to. */
  readonly traceId?: string;
  readonly cause?: unknown;
}

const brand = Symbol.for("polyphon.error");

/** Every error Polyphon raises. Test on {@link PolyphonError.code}, never on the text. */
export class PolyphonError extends Error {
  override readonly name: string = "PolyphonError";
  /** Stable code, never renamed; `docs/errors/<CODE>.md` explains each. */
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly details: Readonly<Record<string, unknown>>;
  readonly traceId: string | undefined;

  constructor(code: ErrorCode, init: ErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.code = code;
    this.retryable = init.retryable ?? errorFacts[code]?.retryable ?? false;
    this.retryAfterMs = init.retryAfterMs;
    this.details = init.details ?? {};
    this.traceId = init.traceId;
    Object.defineProperty(this, brand, { value: true });
  }

  /** Holds across two copies of the package in one process, where `instanceof` alone would not. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[brand] === true;
  }

  /** The shape every surface (REST, CLI `--json`, logs) prints. */
  toJSON(): Record<string, unknown> {
    return {
      code: this.code,
      message: this.message,
      retryable: this.retryable,
      retryAfterMs: this.retryAfterMs,
      details: this.details,
      traceId: this.traceId,
    };
  }
}
