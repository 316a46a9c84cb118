import { storeError } from "../store-error.ts";
import type { Database } from "./database.ts";

/** "PLYF": what `file` and SQLite's own tools show of the database. */
const APPLICATION_ID = 0x504c5946;

/** Brings a database of format N (its index) to N + 1. Entries that were released never change. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    journal_id TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    owner_pid INTEGER, owner_host TEXT, owner_since_ms INTEGER,
    base_seq INTEGER NOT NULL, base_hash BLOB NOT NULL, base_epoch INTEGER NOT NULL,
    frames_dropped INTEGER NOT NULL, payloads_dropped INTEGER NOT NULL
  ) STRICT;
  INSERT INTO meta VALUES (1, lower(hex(randomblob(16))), 0, NULL, NULL, NULL, 0, zeroblob(32), 0, 0, 0);
  CREATE TABLE frames (
    first_seq INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL, epoch INTEGER NOT NULL,
    frames_total INTEGER NOT NULL, payloads_total INTEGER NOT NULL,
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE TABLE payloads (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, owner INTEGER NOT NULL, seq INTEGER NOT NULL, bytes BLOB NOT NULL
  ) STRICT;
  CREATE INDEX payloads_by_seq ON payloads (seq, owner);
  CREATE TABLE snapshots (
    id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, state_hash TEXT NOT NULL,
    size INTEGER NOT NULL, chunks INTEGER NOT NULL, complete INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE snapshot_chunks (
    id INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, bytes BLOB NOT NULL
  ) STRICT;
  CREATE TABLE archives (
    id TEXT PRIMARY KEY, owner INTEGER NOT NULL, last_seq INTEGER NOT NULL, closed_ms INTEGER NOT NULL,
    swept_seq INTEGER NOT NULL, checksum INTEGER NOT NULL, bytes BLOB NOT NULL
  ) STRICT;`,
];

/** The format this version writes and the newest it opens. */
const DATABASE_FORMAT: number = MIGRATIONS.length;

/** What a database is to us, without changing it. Throws `STORE_FOREIGN` or `STORE_FORMAT_NEWER`. */
export function inspectSchema(db: Database, name: string): "empty" | "journal" {
  const application = pragma(db, "application_id");
  const format = pragma(db, "user_version");
  if (application === 0 && format === 0) {
    if (db.get("SELECT 1 FROM sqlite_schema LIMIT 1") === undefined) return "empty";
  }
  if (application !== APPLICATION_ID) {
    const message = `${name}: the database belongs to another program; choose another path`;
    throw storeError("STORE_FOREIGN", message, { applicationId: application });
  }
  if (format > DATABASE_FORMAT) {
    const message = `${name}: written by a newer version (format ${format}, this one knows ${DATABASE_FORMAT}); upgrade polyphon`;
    throw storeError("STORE_FORMAT_NEWER", message, { format, known: DATABASE_FORMAT });
  }
  return "journal";
}

/** Creates the tables or brings an older format up to date, in one transaction. */
export function prepareSchema(db: Database): void {
  if (pragma(db, "user_version") === DATABASE_FORMAT) return;
  db.transaction(() => {
    for (const migration of MIGRATIONS.slice(pragma(db, "user_version"))) db.exec(migration);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${DATABASE_FORMAT}`);
  });
}

function pragma(db: Database, name: "application_id" | "user_version"): number {
  return db.get<Record<string, number>>(`PRAGMA ${name}`)?.[name] ?? 0;
}
