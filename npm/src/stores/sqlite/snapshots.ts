import { crc32c } from "../crc32c.ts";
import { checkSnapshot } from "../rules.ts";
import { storeError } from "../store-error.ts";
import type { Database } from "./database.ts";

/*
 * A snapshot stays in the journal's own file: after compaction it is part of the truth, and one file is what people copy.
 * It is written in small transactions between appends, so that a large one never holds an append up for long. Until it is
 * complete it does not count; what a crash or an abort leaves behind is removed before the next one.
 */

/** Bytes of one chunk; one transaction each. */
export const SNAPSHOT_CHUNK_BYTES = 262_144;
/** Room for chunk numbers below one snapshot's number. */
const CHUNKS_MAX = 1_000_000;
/** Chunks removed in one transaction. */
const PRUNE_STEP = 4;

export interface SnapshotRow {
  readonly id: number;
  readonly seq: number;
  readonly state_hash: string;
  readonly size: number;
  readonly chunks: number;
}

/** What is known of a snapshot before its bytes. */
export interface SnapshotHead {
  readonly seq: number;
  readonly stateHash: string;
  readonly size: number;
}

/** The snapshots that count, newest first: at most two. */
export function listSnapshots(db: Database): SnapshotRow[] {
  return db.all<SnapshotRow>(
    "SELECT id, seq, state_hash, size, chunks FROM snapshots WHERE complete = 1 ORDER BY seq DESC",
  );
}

/** Begins a snapshot and answers its number. */
export function beginSnapshot(db: Database, name: string, lastSeq: number, head: SnapshotHead): number {
  checkSnapshot(name, head, lastSeq, listSnapshots(db)[0]?.seq ?? 0);
  const chunks = Math.ceil(head.size / SNAPSHOT_CHUNK_BYTES);
  db.run(
    "INSERT INTO snapshots (seq, state_hash, size, chunks, complete) VALUES (?, ?, ?, ?, 0)",
    head.seq,
    head.stateHash,
    head.size,
    chunks,
  );
  return db.get<{ id: number }>("SELECT max(id) AS id FROM snapshots")?.id ?? 0;
}

export function addSnapshotChunk(db: Database, id: number, index: number, bytes: Uint8Array): void {
  db.run("INSERT INTO snapshot_chunks VALUES (?, ?, ?)", id * CHUNKS_MAX + index, crc32c(bytes), bytes);
}

/** Makes a whole snapshot count, and the ones it displaces not. */
export function endSnapshot(db: Database, name: string, id: number): void {
  db.transaction(() => {
    const row = db.get<SnapshotRow>("SELECT id, seq, state_hash, size, chunks FROM snapshots WHERE id = ?", id);
    const written = db.get<{ n: number; size: number | null }>(
      "SELECT count(*) AS n, sum(length(bytes)) AS size FROM snapshot_chunks WHERE id >= ? AND id < ?",
      id * CHUNKS_MAX,
      (id + 1) * CHUNKS_MAX,
    );
    if (row === undefined || written?.n !== row.chunks || (written.size ?? 0) !== row.size) {
      throw storeError("STORE_SNAPSHOT_INVALID", `${name}: the snapshot is incomplete`, { id });
    }
    db.run("UPDATE snapshots SET complete = 0 WHERE seq = ?", row.seq);
    db.run("UPDATE snapshots SET complete = 1 WHERE id = ?", id);
    db.run(
      "UPDATE snapshots SET complete = 0 WHERE complete = 1 AND id NOT IN (SELECT id FROM snapshots WHERE complete = 1 ORDER BY seq DESC LIMIT 2)",
    );
  });
}

/** Removes a part of what no longer counts. Answers whether something is left. */
export function pruneSnapshots(db: Database): boolean {
  const gone = db.get<{ id: number }>("SELECT id FROM snapshots WHERE complete = 0 ORDER BY id LIMIT 1");
  if (gone === undefined) return false;
  db.transaction(() => {
    const from = gone.id * CHUNKS_MAX;
    const removed = db.run(
      "DELETE FROM snapshot_chunks WHERE id IN (SELECT id FROM snapshot_chunks WHERE id >= ? AND id < ? LIMIT ?)",
      from,
      from + CHUNKS_MAX,
      PRUNE_STEP,
    );
    if (removed < PRUNE_STEP) db.run("DELETE FROM snapshots WHERE id = ?", gone.id);
  });
  return true;
}

/** One chunk, or `undefined` when it is missing or damaged. */
export function snapshotChunk(db: Database, id: number, index: number): Uint8Array | undefined {
  const row = db.get<{ checksum: number; bytes: Uint8Array }>(
    "SELECT checksum, bytes FROM snapshot_chunks WHERE id = ?",
    id * CHUNKS_MAX + index,
  );
  return row !== undefined && crc32c(row.bytes) === row.checksum ? row.bytes : undefined;
}
