import { existsSync, statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { storeError } from "../store-error.ts";
import { Database } from "./database.ts";
import { realPath } from "./lock.ts";
import { checkKind } from "./path.ts";
import { inspectSchema, prepareSchema } from "./schema.ts";
import { sqliteCode } from "./sqlite-error.ts";

/** Before this SQLite had a race that could corrupt a WAL database with several connections. */
const OLDEST_SQLITE: readonly number[] = [3, 51, 3];

/** How long a write waits for a foreign program that holds the database, in milliseconds. */
const BUSY_TIMEOUT_MS = 2_000;

/** Two overflow pages for a typical frame, and a small commit does not rewrite much. */
const PAGE_BYTES = 8_192;

export interface ConnectionOptions {
  readonly name: string;
  readonly file: string;
}

/** Throws `STORE_ENGINE_TOO_OLD` when the SQLite inside Node is not one to trust. */
export function checkEngine(name: string, version: string = process.versions.sqlite ?? "0"): void {
  const parts = version.split(".").map(Number);
  for (const [index, oldest] of OLDEST_SQLITE.entries()) {
    const part = parts[index] ?? 0;
    if (part > oldest) return;
    if (part < oldest) {
      const message = `${name}: this Node carries SQLite ${version}, ${OLDEST_SQLITE.join(".")} is needed; upgrade Node`;
      throw storeError("STORE_ENGINE_TOO_OLD", message, { version });
    }
  }
}

/** Refuses what is not ours before anything beside it is created. Answers whether there is something to open. */
export function probe({ name, file }: ConnectionOptions): boolean {
  checkKind(name, file);
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) return false;
  // An empty file is what a crash right after creation leaves, and what `mktemp` makes.
  if (size === 0) return true;
  const db = connectReader({ name, file });
  db.close();
  return true;
}

/** The owner's connection. Creates the file and the tables that are missing. */
export function connectOwner({
  name,
  file,
  synchronous,
}: ConnectionOptions & { synchronous: "FULL" | "NORMAL" }): Database {
  const db = new Database(file, { timeoutMs: BUSY_TIMEOUT_MS });
  try {
    // Page size and vacuum mode only count while the file is empty, and must come before the first write.
    if (inspectSchema(db, name) === "empty")
      db.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA auto_vacuum = INCREMENTAL`);
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}; PRAGMA temp_store = MEMORY`);
    // On macOS a plain sync leaves data in the drive's cache; elsewhere this changes nothing.
    if (synchronous === "FULL") db.exec("PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON");
    // Checkpoints are run by hand, after the answer of a commit; see `checkpoint.ts`.
    db.exec("PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -8192");
    prepareSchema(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A connection that only reads, beside an owner or without one. */
export function connectReader({ name, file }: ConnectionOptions): Database {
  try {
    return readable(file, name);
  } catch (error) {
    // A closed database in a folder that may not be written: nobody can be writing, so no shared memory is needed.
    const unopened = ((sqliteCode(error) ?? 0) & 0xff) === 14 || ((sqliteCode(error) ?? 0) & 0xff) === 8;
    if (!unopened || !existsSync(file) || existsSync(`${file}-wal`)) throw error;
    const url = pathToFileURL(file);
    url.searchParams.set("immutable", "1");
    return readable(url, name);
  }
}

/**
 * Throws `STORE_CORRUPT` when a file is shorter than it says. SQLite only sees it when it reads what is missing, and the log
 * may still hold the end of the file.
 */
export function checkSize(db: Database, name: string, file: string): void {
  const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const pages = db.get<{ page_count: number }>("PRAGMA page_count")?.page_count ?? 0;
  const pageBytes = db.get<{ page_size: number }>("PRAGMA page_size")?.page_size ?? 0;
  // In this order: beside an owner the log may be emptied in between, and the file has grown then.
  if (sizeOf(`${file}-wal`) > 0) return;
  const bytes = sizeOf(file);
  if (bytes >= pages * pageBytes) return;
  const message = `${name}: the file was cut short: it has ${bytes} bytes of ${pages * pageBytes}; restore a backup`;
  throw storeError("STORE_CORRUPT", message, { reason: "unreadable", bytes });
}

function readable(location: string | URL, name: string): Database {
  const db = new Database(location, { readOnly: true, timeoutMs: BUSY_TIMEOUT_MS });
  try {
    inspectSchema(db, name);
    if (typeof location === "string") checkSize(db, name, realPath(location));
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
