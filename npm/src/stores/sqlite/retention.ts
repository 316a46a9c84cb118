import { settle } from "./checkpoint.ts";
import type { Database } from "./database.ts";
import { type FrameRow, readMeta } from "./meta.ts";
import { sha256 } from "./scan.ts";
import { listSnapshots } from "./snapshots.ts";

/** Bytes of frames dropped in one transaction. */
const FRAMES_STEP_BYTES = 1_048_576;
/** Payload rows looked at in one transaction. */
const SWEEP_STEP = 2_000;
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
  const archive = db.get<Sweep>(
    "SELECT id, owner, last_seq, swept_seq FROM archives WHERE swept_seq <= last_seq AND last_seq <= ? LIMIT 1",
    readMeta(db).base_seq,
  );
  if (archive === undefined) return false;
  db.transaction(() => sweepStep(db, archive));
  return true;
}

/** An archive, and how far its owner's payloads were looked for. */
export interface Sweep {
  readonly id: string;
  readonly owner: number;
  readonly last_seq: number;
  readonly swept_seq: number;
}

/**
 * Drops a part of the payloads of an archived owner. They lie between its first and its last event, in the order they came,
 * among those of others: an index by owner would cost every append more than looking through that range costs here.
 * Call it inside a transaction. Answers whether there may be more.
 */
export function sweepStep(db: Database, { id, owner, last_seq, swept_seq }: Sweep): boolean {
  // A payload carries the last sequence of its frame, which may lie above the owner's last event.
  const end = seqFrom(db, last_seq) ?? last_seq;
  const from = seqFrom(db, swept_seq) ?? end + 1;
  const range = "FROM payloads WHERE seq >= ? AND seq <= ?";
  const beyond = `SELECT seq ${range} ORDER BY seq LIMIT 1 OFFSET ${SWEEP_STEP}`;
  const following = db.get<{ seq: number }>(beyond, from, end)?.seq ?? end + 1;
  // The payloads of one frame stay together, however many they are.
  const upTo = Math.max(following - 1, from);
  const rows = `SELECT id, length(bytes) AS size ${range} AND owner = ?`;
  deletePayloads(db, db.all(rows, from, upTo, owner));
  const more = upTo < end;
  // Above the last event only its own frame is left to look at: `last_seq` finds it as well as any number up to there.
  const next = more ? Math.min(upTo + 1, last_seq) : last_seq + 1;
  db.run("UPDATE archives SET swept_seq = ? WHERE id = ?", next, id);
  return more;
}

/**
 * Drops the payloads that `owners` have in frames below `beforeSeq`, looking at a part of the rows behind row `after`.
 * Answers the row to go on behind, or `undefined` at the end.
 */
export function dropOwnersStep(
  db: Database,
  owners: ReadonlySet<number>,
  beforeSeq: number,
  after: number,
): number | undefined {
  // A payload carries the last sequence of its frame, which may lie above.
  const end = seqFrom(db, beforeSeq) ?? beforeSeq;
  const sql = "SELECT id, owner, length(bytes) AS size FROM payloads WHERE id > ? AND seq <= ? ORDER BY id LIMIT ?";
  const rows = db.all<{ id: number; owner: number; size: number }>(sql, after, end, SWEEP_STEP);
  const gone = rows.filter(({ owner }) => owners.has(owner));
  if (gone.length > 0) db.transaction(() => deletePayloads(db, gone));
  return rows.length < SWEEP_STEP ? undefined : rows.at(-1)?.id;
}

/** The first sequence at or above `seq` under which payloads are stored. */
function seqFrom(db: Database, seq: number): number | undefined {
  return db.get<{ seq: number | null }>("SELECT min(seq) AS seq FROM payloads WHERE seq >= ?", seq)?.seq ?? undefined;
}

function deletePayloads(db: Database, rows: readonly { readonly id: number; readonly size: number }[]): void {
  let bytes = 0;
  for (const { id, size } of rows) {
    db.run("DELETE FROM payloads WHERE id = ?", id);
    bytes += size;
  }
  if (rows.length > 0) db.run("UPDATE meta SET payloads_dropped = payloads_dropped + ?", bytes);
}

/** Drops payloads by their keys. Call it inside a transaction. */
export function dropPayloads(db: Database, keys: readonly string[]): void {
  const size = "SELECT id, length(bytes) AS size FROM payloads WHERE key = ?";
  const rows = keys.map((key) => db.get<{ id: number; size: number }>(size, key));
  deletePayloads(
    db,
    rows.filter((row) => row !== undefined),
  );
}

/** Erases payloads so that their bytes are in neither the database nor its log any more. */
export function erasePayloads(db: Database, keys: readonly string[]): void {
  db.exec("PRAGMA secure_delete = ON");
  try {
    db.transaction(() => dropPayloads(db, keys));
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
