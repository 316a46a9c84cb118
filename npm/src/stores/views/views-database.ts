import { rmSync, statSync } from "node:fs";
import { Database } from "../sqlite/database.ts";
import { sqliteCode } from "../sqlite/sqlite-error.ts";
import { storeError } from "../store-error.ts";
import { VIEWS_APPLICATION_ID, VIEWS_FORMAT, VIEWS_SCHEMA } from "./tables.ts";

const BUSY_TIMEOUT_MS = 2_000;

/** The journal that views belong to. */
export interface ViewsOf {
  readonly journalId: string;
  /** Last sequence of the journal: views that know more were made from another history. */
  readonly lastSeq: number;
}

/** Opens the views of a journal for writing. What is missing, damaged, of another format or journal is made anew, empty. */
export function openForWriting(file: string, name: string, of: ViewsOf): Database {
  const found = tryOpen(file, name);
  if (found !== undefined) {
    const meta = readViewsMeta(found);
    if (meta?.journal_id === of.journalId && meta.watermark <= of.lastSeq) return found;
    found.close();
  }
  return create(file, of.journalId);
}

/** Replaces whatever is there by empty views. */
export function create(file: string, journalId: string): Database {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(`${file}${suffix}`, { force: true });
  const db = connect(file, false);
  db.transaction(() => {
    db.exec(VIEWS_SCHEMA);
    db.run("INSERT INTO meta VALUES (1, ?, 0)", journalId);
    db.exec(`PRAGMA application_id = ${VIEWS_APPLICATION_ID}; PRAGMA user_version = ${VIEWS_FORMAT}`);
  });
  return db;
}

/** Opens views that somebody else keeps. `STORE_NOT_FOUND` when there are none of this format. */
export function openForReading(file: string, name: string): Database {
  const there = statSync(file, { throwIfNoEntry: false }) !== undefined;
  const db = there ? connect(file, true) : undefined;
  if (db !== undefined && format(db, name) === VIEWS_FORMAT) return db;
  db?.close();
  throw storeError("STORE_NOT_FOUND", `${name}: there are no views of this version; the next run makes them`, { file });
}

export function readViewsMeta(db: Database): { readonly journal_id: string; readonly watermark: number } | undefined {
  return db.get("SELECT journal_id, watermark FROM meta WHERE id = 1");
}

function tryOpen(file: string, name: string): Database | undefined {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0) return undefined;
  const db = connect(file, false);
  try {
    if (format(db, name) === VIEWS_FORMAT && readViewsMeta(db) !== undefined) return db;
  } catch (error) {
    // Damaged views are worth nothing; a file that was never ours is not for us to remove.
    if (!isDamage(error)) {
      db.close();
      throw error;
    }
  }
  db.close();
  return undefined;
}

function connect(file: string, readOnly: boolean): Database {
  const db = new Database(file, { readOnly, timeoutMs: BUSY_TIMEOUT_MS });
  try {
    if (!readOnly) db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY");
  } catch (error) {
    if (!isDamage(error)) {
      db.close();
      throw error;
    }
  }
  return db;
}

/** The format of views, 0 when they are empty. Throws `STORE_FOREIGN` for anything else. */
function format(db: Database, name: string): number {
  const application = db.get<{ application_id: number }>("PRAGMA application_id")?.application_id;
  const version = db.get<{ user_version: number }>("PRAGMA user_version")?.user_version ?? 0;
  if (application === VIEWS_APPLICATION_ID) return version;
  if (application === 0 && db.get("SELECT 1 FROM sqlite_schema LIMIT 1") === undefined) return 0;
  throw storeError("STORE_FOREIGN", `${name}: the file belongs to another program; move it away`, {});
}

/** A page that cannot be read, or a table that is not what it was made. */
function isDamage(error: unknown): boolean {
  const code = (sqliteCode(error) ?? 0) & 0xff;
  return code === 11 || code === 1;
}
