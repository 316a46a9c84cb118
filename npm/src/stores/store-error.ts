import type { ErrorCode } from "../errors/codes.generated.ts";
import { PolyphonError } from "../errors/error.ts";

/** Every code a store raises. */
export type StoreErrorCode = Extract<ErrorCode, `STORE_${string}`>;

/** A {@link PolyphonError} of the store domain. */
export function storeError(
  code: StoreErrorCode,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
  cause?: unknown,
): PolyphonError {
  return new PolyphonError(code, { message, details, cause });
}
