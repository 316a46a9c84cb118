import type { Database } from "./database.ts";

/**
 * Write-ahead log that makes a checkpoint due. An append may have to wait for one, most of whose time is a sync: so they are
 * rare, and the log is still read within a tenth of a second after a crash.
 */
const DUE_BYTES = 33_554_432;
/** What a commit writes beside its data: the pages it touches in part. */
const COMMIT_BYTES = 24_576;
/** The same for a payload row, which touches two indices, mostly at their ends. */
const PAYLOAD_BYTES = 4_096;

/**
 * Moves what was committed from the write-ahead log to the database. Counts what was written instead of asking, and runs
 * after a commit was answered, so that no acknowledgement waits for it.
 */
export class Checkpointer {
  readonly #db: Database;
  #written = 0;
  #problem: string | undefined;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Why the last checkpoint failed. What was committed is safe in the log, which keeps growing. */
  get problem(): string | undefined {
    return this.#problem;
  }

  wrote(bytes: number, payloads = 0): void {
    this.#written += bytes + COMMIT_BYTES + payloads * PAYLOAD_BYTES;
  }

  runIfDue(): void {
    if (this.#written < DUE_BYTES) return;
    this.#written = 0;
    try {
      this.#db.get("PRAGMA wal_checkpoint(PASSIVE)");
      this.#problem = undefined;
    } catch (error) {
      this.#problem = `checkpoint failed: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}

/**
 * Writes everything in the log to the database again and syncs it. After a failed sync the system may show data that never
 * reached the disk; what was rewritten and synced is there.
 */
export function settle(db: Database): void {
  db.get("PRAGMA wal_checkpoint(TRUNCATE)");
}
