import { PolyphonError } from "../../errors/error.ts";
import { type StoreErrorCode, storeError } from "../store-error.ts";
import { pathError } from "./path.ts";

/** SQLite's primary result codes that mean something in particular here. */
const CODES: ReadonlyMap<number, StoreErrorCode> = new Map<number, StoreErrorCode>([
  [1, "STORE_CORRUPT"], // SQLITE_ERROR: a table or column is not what it was made
  [3, "STORE_READ_ONLY"], // SQLITE_PERM
  [5, "STORE_BUSY"], // SQLITE_BUSY
  [6, "STORE_BUSY"], // SQLITE_LOCKED
  [8, "STORE_READ_ONLY"], // SQLITE_READONLY
  [10, "STORE_IO"], // SQLITE_IOERR
  [11, "STORE_CORRUPT"], // SQLITE_CORRUPT
  [13, "STORE_FULL"], // SQLITE_FULL
  [14, "STORE_IO"], // SQLITE_CANTOPEN
  [26, "STORE_FOREIGN"], // SQLITE_NOTADB
]);

const CURES: Partial<Record<StoreErrorCode, string>> = {
  STORE_BUSY: "another program holds a lock on it; close that program's transaction",
  STORE_CORRUPT: "the database file is damaged; restore a backup",
  STORE_FOREIGN: "it is not a SQLite database; choose another path",
  STORE_FULL: "the disk is full; free some space and try again",
  STORE_IO: "the disk did not do what was asked; look at the system's log",
  STORE_READ_ONLY: "the file or its folder may not be written; change its permissions or choose another path",
};

/** The result code of an error of `node:sqlite`, with SQLite's detail in the upper bits; `undefined` for others. */
export function sqliteCode(error: unknown): number | undefined {
  const code = (error as { readonly errcode?: unknown } | null)?.errcode;
  return typeof code === "number" ? code : undefined;
}

/** Whether SQLite says that another connection holds the lock. */
export function isBusy(error: unknown): boolean {
  return ((sqliteCode(error) ?? 0) & 0xff) === 5;
}

/** Turns whatever a database call threw into an error of the store domain. */
export function toStoreError(name: string, file: string, error: unknown): PolyphonError {
  if (error instanceof PolyphonError) return error;
  const extended = sqliteCode(error);
  const system = (error as NodeJS.ErrnoException | null)?.code;
  let code: StoreErrorCode = "STORE_IO";
  if (extended !== undefined) code = CODES.get(extended & 0xff) ?? "STORE_IO";
  else if (system === "ENOSPC" || system === "EDQUOT") code = "STORE_FULL";
  else if (system === "EACCES" || system === "EPERM" || system === "EROFS") code = "STORE_READ_ONLY";
  const isOpening = extended === undefined || (extended & 0xff) === 14 || (extended & 0xff) === 8;
  const fault = isOpening && code !== "STORE_FULL" ? pathError(name, file, error) : undefined;
  if (fault !== undefined) return fault;
  const text = error instanceof Error ? error.message : String(error);
  const message = `${name}: ${text} (${CURES[code]})`;
  return storeError(code, message, extended === undefined ? {} : { sqlite: extended }, error);
}
