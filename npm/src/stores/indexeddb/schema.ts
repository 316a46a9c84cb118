/*
 * One database a journal. What is listed often stands apart from its bytes, so that a list does not load them.
 */

/** The format this version writes and the newest it opens. */
export const DATABASE_FORMAT = 1;

/** Facts about the journal as a whole: one row under {@link META_KEY}. */
export interface MetaRow {
  readonly journalId: string;
  /** The epoch granted last. Every write reads it again and compares. */
  readonly epoch: number;
  readonly lastSeq: number;
  /** Last sequence that compaction dropped, with the hash and epoch of its frame. */
  readonly baseSeq: number;
  readonly baseHash: Uint8Array;
  readonly baseEpoch: number;
  /** Bytes ever added and ever dropped. */
  readonly framesAdded: number;
  readonly framesDropped: number;
  readonly payloadBytes: number;
  readonly archiveBytes: number;
}

export const META_KEY = "journal";

export interface FrameRow {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly epoch: number;
  /** Bytes of all frames ever appended up to and with this one. */
  readonly total: number;
  readonly bytes: Uint8Array;
}

export interface StoredPayload {
  readonly key: string;
  readonly owner: number;
  /** First sequence of the frame it came with. */
  readonly seq: number;
  readonly size: number;
  readonly bytes: Uint8Array;
}

/** Of {@link StoredPayload}: owner, seq, size. What compaction asks is answered without loading bytes. */
export const BY_OWNER = "byOwner";

export interface SnapshotRow {
  readonly id: number;
  readonly seq: number;
  readonly stateHash: string;
  readonly size: number;
  readonly chunks: number;
  /** Until all of it is written it does not count. */
  readonly complete: boolean;
}

export interface ChunkRow {
  readonly snapshot: number;
  readonly index: number;
  readonly checksum: number;
  readonly bytes: Uint8Array;
}

export interface ArchiveRow {
  readonly id: string;
  readonly owner: number;
  readonly lastSeq: number;
  readonly closedMs: number;
  /** Bytes as they are stored. */
  readonly size: number;
  /** Its owner's payloads are gone. */
  readonly swept: boolean;
}

export interface ArchiveBytes {
  readonly id: string;
  readonly checksum: number;
  readonly deflated: Uint8Array;
}

/** Makes the tables of an empty database. */
export function createTables(db: IDBDatabase, journalId: string): void {
  const meta: MetaRow = {
    journalId,
    epoch: 0,
    lastSeq: 0,
    baseSeq: 0,
    baseHash: new Uint8Array(32),
    baseEpoch: 0,
    framesAdded: 0,
    framesDropped: 0,
    payloadBytes: 0,
    archiveBytes: 0,
  };
  db.createObjectStore("meta").put(meta, META_KEY);
  db.createObjectStore("frames", { keyPath: "firstSeq" });
  db.createObjectStore("payloads", { keyPath: "key" }).createIndex(BY_OWNER, ["owner", "seq", "size"]);
  db.createObjectStore("snapshots", { keyPath: "id" });
  db.createObjectStore("chunks", { keyPath: ["snapshot", "index"] });
  db.createObjectStore("archives", { keyPath: "id" });
  db.createObjectStore("archiveBytes", { keyPath: "id" });
}

/** Names of the tables. */
export type Table = "meta" | "frames" | "payloads" | "snapshots" | "chunks" | "archives" | "archiveBytes";
