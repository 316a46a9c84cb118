import { realpathSync } from "node:fs";
import { Database } from "./database.ts";
import { isBusy } from "./sqlite-error.ts";

/**
 * Ownership of a database: an exclusive transaction on the companion `<file>.lock`, held for life. The system frees it
 * however the process ends, and the journal itself stays open to readers.
 */
export interface FileLock {
  release(): void;
}

/** Long enough for a dying owner to let go, short enough for a message to a human. */
const WAIT_MS = 250;

/** Takes the lock, or answers `undefined` when another owner holds it. */
export function takeLock(file: string): FileLock | undefined {
  const db = new Database(lockFile(file), { timeoutMs: WAIT_MS });
  try {
    db.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    db.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  return { release: () => db.close() };
}

/** Whether somebody owns the file now. Opens nothing for writing. */
export function isLocked(file: string): boolean {
  let db: Database | undefined;
  try {
    db = new Database(lockFile(file), { readOnly: true, timeoutMs: 0 });
    db.get("SELECT 1 FROM sqlite_schema");
    return false;
  } catch (error) {
    return isBusy(error);
  } finally {
    db?.close();
  }
}

/** Two names of one file are one lock. */
function lockFile(file: string): string {
  return `${realPath(file)}.lock`;
}

/** The name SQLite keeps the files beside a database under. */
export function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
