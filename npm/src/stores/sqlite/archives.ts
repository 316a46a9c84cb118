import { crc32c } from "../crc32c.ts";
import type { ArchiveEntry } from "../store.ts";
import { storeError } from "../store-error.ts";
import type { Database } from "./database.ts";
import { type Sweep, sweepStep } from "./retention.ts";

/** An archive whose bytes are deflated: done on the pool of Node, neither on the caller's thread nor between appends. */
export interface PackedArchive extends ArchiveEntry {
  readonly deflated: Uint8Array<ArrayBuffer>;
}

interface ArchiveRow {
  readonly id: string;
  readonly owner: number;
  readonly last_seq: number;
  readonly closed_ms: number;
}

const COLUMNS = "id, owner, last_seq, closed_ms";

export function putArchive(db: Database, archive: PackedArchive): void {
  const { id, owner, lastSeq, closedMs, deflated } = archive;
  db.run(
    "INSERT OR REPLACE INTO archives VALUES (?, ?, ?, ?, ?, ?, ?)",
    id,
    owner,
    lastSeq,
    closedMs,
    // No payload is older than its owner.
    owner,
    crc32c(deflated),
    deflated,
  );
}

export function getArchive(db: Database, name: string, id: string): PackedArchive | undefined {
  const row = db.get<ArchiveRow & { checksum: number; bytes: Uint8Array<ArrayBuffer> }>(
    `SELECT ${COLUMNS}, checksum, bytes FROM archives WHERE id = ?`,
    id,
  );
  if (row === undefined) return undefined;
  if (crc32c(row.bytes) !== row.checksum) {
    const message = `${name}: the archive ${id} does not match its checksum`;
    throw storeError("STORE_CORRUPT", message, { archive: id, reason: "checksum" });
  }
  return { ...entry(row), deflated: row.bytes };
}

export function listArchives(db: Database): ArchiveEntry[] {
  return db.all<ArchiveRow>(`SELECT ${COLUMNS} FROM archives ORDER BY closed_ms, last_seq`).map(entry);
}

/** Forgets one archive and a part of what its owner's payloads leave. Answers whether it must be called again. */
export function dropArchiveStep(db: Database, id: string): boolean {
  const sweep = db.get<Sweep>("SELECT id, owner, last_seq, swept_seq FROM archives WHERE id = ?", id);
  if (sweep === undefined) return false;
  return db.transaction(() => {
    const more = sweep.swept_seq <= sweep.last_seq && sweepStep(db, sweep);
    if (!more) db.run("DELETE FROM archives WHERE id = ?", id);
    return more;
  });
}

function entry(row: ArchiveRow): ArchiveEntry {
  return { id: row.id, owner: row.owner, lastSeq: row.last_seq, closedMs: row.closed_ms };
}
