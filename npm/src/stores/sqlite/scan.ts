import { hash } from "node:crypto";
import { type ChainLink, inspectFrame, linkAfter } from "../chain.ts";
import type { FrameHeader } from "../frame-header.ts";
import { compacted } from "../rules.ts";
import type { Damage } from "../store.ts";
import type { Database } from "./database.ts";
import { baseLink, type FullFrameRow, readMeta } from "./meta.ts";
import { sqliteCode } from "./sqlite-error.ts";

/** A part of the journal, checked. */
export interface Part {
  /** The frames themselves when they were asked for. */
  readonly frames: readonly Uint8Array[];
  readonly count: number;
  readonly events: number;
  readonly bytes: number;
  /** Where the next part begins; `undefined` at the end. */
  readonly next: ChainLink | undefined;
  /** What ended the part early. */
  readonly damage?: Damage;
}

export type Scanned =
  | { readonly row: FullFrameRow; readonly header: FrameHeader; readonly link: ChainLink; readonly damage?: never }
  | { readonly row: FullFrameRow | undefined; readonly damage: Damage };

export function sha256(bytes: Uint8Array): Uint8Array {
  // A copy of its own: what Node answers may lie in a shared pool, which would cross threads as a whole.
  return new Uint8Array(hash("sha256", bytes, "buffer"));
}

/** The link before the frame that holds `fromSeq`. Throws `STORE_COMPACTED` below what is kept. */
export function linkBefore(db: Database, name: string, fromSeq: number): ChainLink {
  const meta = readMeta(db);
  if (fromSeq <= meta.base_seq) throw compacted(name, fromSeq, meta.base_seq + 1);
  const before = db.get<FullFrameRow>(
    "SELECT * FROM frames WHERE last_seq < ? AND first_seq <= ? ORDER BY first_seq DESC LIMIT 1",
    fromSeq,
    fromSeq,
  );
  if (before === undefined) return baseLink(meta);
  return { nextSeq: before.last_seq + 1, prevHash: sha256(before.bytes), epoch: before.epoch };
}

/** Frames from `link` on, each checked; ends after the first damaged one. */
export function* scan(db: Database, link: ChainLink): Generator<Scanned> {
  let at = link;
  try {
    for (const row of db.iterate<FullFrameRow>(
      "SELECT * FROM frames WHERE first_seq >= ? ORDER BY first_seq",
      at.nextSeq,
    )) {
      const { header, damage } = row.first_seq === at.nextSeq ? inspectFrame(row.bytes, at) : missing(at.nextSeq, row);
      if (damage !== undefined) {
        yield { row, damage };
        return;
      }
      at = linkAfter(header, sha256(row.bytes));
      yield { row, header, link: at };
    }
  } catch (error) {
    // A damaged page of the database: everything before it was read.
    if (((sqliteCode(error) ?? 0) & 0xff) !== 11) throw error;
    yield {
      row: undefined,
      damage: { seq: at.nextSeq, reason: "unreadable", message: "the database page cannot be read" },
    };
  }
}

function missing(seq: number, row: FullFrameRow): { readonly damage: Damage; readonly header?: never } {
  return { damage: { seq, reason: "gap", message: `the next frame begins at ${row.first_seq}` } };
}

/** About `budgetBytes` of frames from `link` on, at least one. Throws `STORE_COMPACTED` when compaction overtook it. */
export function readPart(db: Database, name: string, link: ChainLink, budgetBytes: number, keep: boolean): Part {
  const frames: Uint8Array[] = [];
  let next: ChainLink | undefined;
  let events = 0;
  let bytes = 0;
  let count = 0;
  for (const found of scan(db, link)) {
    if (found.damage !== undefined) {
      const base = readMeta(db).base_seq;
      if (found.damage.reason === "gap" && found.damage.seq <= base) throw compacted(name, found.damage.seq, base + 1);
      return { frames, count, events, bytes, next, damage: found.damage };
    }
    if (keep) frames.push(found.row.bytes);
    next = found.link;
    count += 1;
    events += found.header.eventCount;
    bytes += found.row.bytes.byteLength;
    if (bytes >= budgetBytes) return { frames, count, events, bytes, next };
  }
  return { frames, count, events, bytes, next: undefined };
}
