import { PolyphonError } from "../../errors/error.ts";
import { type StoreErrorCode, storeError } from "../store-error.ts";

/** Names of errors that mean something in particular here. */
const CODES: Readonly<Record<string, StoreErrorCode>> = {
  QuotaExceededError: "STORE_FULL",
  VersionError: "STORE_FORMAT_NEWER",
  DataCloneError: "STORE_FRAME_INVALID",
};

const CURES: Partial<Record<StoreErrorCode, string>> = {
  STORE_FULL: "the browser's quota for this site is used up; free some space and try again",
  STORE_FORMAT_NEWER: "written by a newer version; reload the page with the newer polyphon",
  STORE_IO: "the browser did not do what was asked",
};

/** Turns whatever IndexedDB threw into an error of the store domain. */
export function toStoreError(name: string, error: unknown): PolyphonError {
  if (error instanceof PolyphonError) return error;
  const { name: kind = "Error", message = String(error) } = (error ?? {}) as Partial<Error>;
  const code = CODES[kind] ?? "STORE_IO";
  const cure = CURES[code];
  return storeError(code, `${name}: ${kind}: ${message}${cure ? ` (${cure})` : ""}`, { reason: kind }, error);
}

/** The refusal of a platform without what the store stands on. */
export function unsupported(name: string, missing: string): PolyphonError {
  const message = `${name}: ${missing} is not there. Serve the page over https or from localhost, outside of a sandboxed frame, in a browser that has it.`;
  return storeError("STORE_UNSUPPORTED", message, { missing });
}
