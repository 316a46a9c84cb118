import { PolyphonError } from "../errors/error.ts";

/** Every code a store raises. */
export type StoreErrorCode =
  | "STORE_BUSY"
  | "STORE_CLOSED"
  | "STORE_COMPACTED"
  | "STORE_CORRUPT"
  | "STORE_ENGINE_TOO_OLD"
  | "STORE_FENCED"
  | "STORE_FOREIGN"
  | "STORE_FORMAT_NEWER"
  | "STORE_FRAME_INVALID"
  | "STORE_FULL"
  | "STORE_GAP"
  | "STORE_HALTED"
  | "STORE_IO"
  | "STORE_LOCKED"
  | "STORE_NOT_FOUND"
  | "STORE_PAYLOAD_CONFLICT"
  | "STORE_READ_ONLY"
  | "STORE_SNAPSHOT_INVALID";

/** Codes after which the same call can succeed without anybody repairing data. */
const RETRYABLE: ReadonlySet<StoreErrorCode> = new Set<StoreErrorCode>([
  "STORE_BUSY",
  "STORE_FULL",
  "STORE_HALTED",
  "STORE_IO",
  "STORE_LOCKED",
]);

/** A {@link PolyphonError} of the store domain. */
export function storeError(
  code: StoreErrorCode,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
  cause?: unknown,
): PolyphonError {
  return new PolyphonError(code, { message, details, retryable: RETRYABLE.has(code), cause });
}
