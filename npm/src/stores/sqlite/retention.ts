import { settle } from "./checkpoint.ts";
import type { Database } from "./database.ts";
import { type FrameRow, readMeta } from "./meta.ts";
import { sha256 } from "./scan.ts";
import { listSnapshots } from "./snapshots.ts";

/** Bytes of frames dropped in one transaction. */
const FRAMES_STEP_BYTES = 1_048_576;
/** Payload rows dropped in one transaction. */
const PAYLOADS_STEP = 500;
/** Pages given back to the file system in one transaction. */
const VACUUM_STEP_PAGES = 256;
/** Free space up to this share of the file, in percent, is kept for what comes next. */
const FREE_PERCENT = 25;

/** One small transaction of compaction, so that appends go on in between. Answers whether there may be more to do. */
export function compactStep(db: Database, beforeSeq: number): boolean {
  const [newer, older] = listSnapshots(db);
  if (newer === undefined || older === undefined) return false;
  return dropFrames(db, Math.min(beforeSeq, older.seq + 1)) || sweepPayloads(db) || vacuumStep(db);
}

function dropFrames(db: Database, cut: number): boolean {
  const meta = readMeta(db);
  let last: FrameRow | undefined;
  const rows = "SELECT first_seq, last_seq, epoch, frames_total, payloads_total FROM frames ORDER BY first_seq";
  for (const row of db.iterate<FrameRow>(rows)) {
    const tooMany = last !== undefined && row.frames_total > meta.frames_dropped + FRAMES_STEP_BYTES;
    if (row.last_seq >= cut || tooMany) break;
    last = row;
  }
  if (last === undefined) return false;
  const { first_seq, last_seq, epoch, frames_total } = last;
  const bytes = db.get<{ bytes: Uint8Array }>("SELECT bytes FROM frames WHERE first_seq = ?", first_seq)?.bytes;
  const hash = sha256(bytes ?? new Uint8Array());
  db.transaction(() => {
    db.run("DELETE FROM frames WHERE first_seq <= ?", first_seq);
    const set = "base_seq = ?, base_hash = ?, base_epoch = ?, frames_dropped = ?";
    db.run(`UPDATE meta SET ${set}`, last_seq, hash, epoch, frames_total);
  });
  return true;
}

/** Drops payloads of an archived owner of whom no event is kept. */
function sweepPayloads(db: Database): boolean {
  const archive = db.get<{ id: string; owner: number }>(
    "SELECT id, owner FROM archives WHERE swept = 0 AND last_seq <= ? LIMIT 1",
    readMeta(db).base_seq,
  );
  if (archive === undefined) return false;
  db.transaction(() => {
    const more = dropPayloads(db, "owner = ?", archive.owner);
    if (!more) db.run("UPDATE archives SET swept = 1 WHERE id = ?", archive.id);
  });
  return true;
}

/** Drops some of the payloads that match, and answers whether more may. Call it inside a transaction. */
export function dropPayloads(db: Database, condition: "owner = ?" | "key = ?", value: number | string): boolean {
  const some = `SELECT id, length(bytes) AS size FROM payloads WHERE ${condition} LIMIT ${PAYLOADS_STEP}`;
  const rows = db.all<{ id: number; size: number }>(some, value);
  let bytes = 0;
  for (const { id, size } of rows) {
    db.run("DELETE FROM payloads WHERE id = ?", id);
    bytes += size;
  }
  if (rows.length > 0) db.run("UPDATE meta SET payloads_dropped = payloads_dropped + ?", bytes);
  return rows.length === PAYLOADS_STEP;
}

/** Erases payloads so that their bytes are in neither the database nor its log any more. */
export function erasePayloads(db: Database, keys: readonly string[]): void {
  db.exec("PRAGMA secure_delete = ON");
  try {
    db.transaction(() => {
      for (const key of keys) dropPayloads(db, "key = ?", key);
    });
  } finally {
    db.exec("PRAGMA secure_delete = OFF");
  }
  settle(db);
}

/** Gives a part of the free pages at the end of the file back. */
function vacuumStep(db: Database): boolean {
  const free = freePages(db);
  const pages = db.get<{ page_count: number }>("PRAGMA page_count")?.page_count ?? 0;
  if (free <= VACUUM_STEP_PAGES || free * 100 <= pages * FREE_PERCENT) return false;
  db.exec(`PRAGMA incremental_vacuum(${VACUUM_STEP_PAGES})`);
  return freePages(db) < free;
}

function freePages(db: Database): number {
  return db.get<{ freelist_count: number }>("PRAGMA freelist_count")?.freelist_count ?? 0;
}
