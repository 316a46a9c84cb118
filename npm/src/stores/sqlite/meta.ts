import type { ChainLink } from "../chain.ts";
import type { Database } from "./database.ts";

/** The one row of facts about the journal as a whole. */
export interface Meta {
  readonly journal_id: string;
  readonly epoch: number;
  readonly owner_pid: number | null;
  readonly owner_host: string | null;
  readonly owner_since_ms: number | null;
  /** Last sequence that compaction dropped, with the hash and epoch of its frame. */
  readonly base_seq: number;
  readonly base_hash: Uint8Array;
  readonly base_epoch: number;
  /** Bytes ever dropped; the totals in `frames` count bytes ever added, so that sizes cost no scan and no write. */
  readonly frames_dropped: number;
  readonly payloads_dropped: number;
}

/** Everything of a frame's row but its bytes. */
export interface FrameRow {
  readonly first_seq: number;
  readonly last_seq: number;
  readonly epoch: number;
  /** Bytes of all frames ever appended up to and with this one; the same for payloads. */
  readonly frames_total: number;
  readonly payloads_total: number;
}

export interface FullFrameRow extends FrameRow {
  readonly bytes: Uint8Array;
}

const FRAME_COLUMNS = "first_seq, last_seq, epoch, frames_total, payloads_total";

export function readMeta(db: Database): Meta {
  const meta = db.get<Meta>("SELECT * FROM meta WHERE id = 1");
  if (meta === undefined) throw new Error("the meta row is missing");
  return meta;
}

export function lastFrame(db: Database): FrameRow | undefined {
  return db.get<FrameRow>(`SELECT ${FRAME_COLUMNS} FROM frames ORDER BY first_seq DESC LIMIT 1`);
}

/** What the first kept frame connects to. */
export function baseLink(meta: Meta): ChainLink {
  return { nextSeq: meta.base_seq + 1, prevHash: meta.base_hash, epoch: meta.base_epoch };
}
