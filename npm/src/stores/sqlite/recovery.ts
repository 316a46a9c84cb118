import { type ChainLink, corrupt } from "../chain.ts";
import { parseFrameHeader } from "../frame-header.ts";
import type { Damage, StoreOpened } from "../store.ts";
import type { Database } from "./database.ts";
import { baseLink, type FrameRow, type FullFrameRow, lastFrame, type Meta, readMeta } from "./meta.ts";
import { linkBefore, scan, sha256 } from "./scan.ts";

export interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When it opened, milliseconds since the epoch. */
  readonly sinceMs: number;
}

export interface Recovered {
  readonly opened: StoreOpened;
  /** What the next append connects to. */
  readonly link: ChainLink;
  readonly partition: number | undefined;
}

/** Checks what a rebuild would read, cuts a torn last frame and grants the next epoch, in one transaction. */
export function recover(db: Database, name: string, owner: Owner): Recovered {
  return db.transaction(() => {
    const meta = readMeta(db);
    const repaired = repairTail(db, name, meta);
    const last = db.get<FullFrameRow>("SELECT * FROM frames ORDER BY first_seq DESC LIMIT 1");
    const epoch = Math.max(meta.epoch, meta.base_epoch, last?.epoch ?? 0) + 1;
    db.run(
      "UPDATE meta SET epoch = ?, owner_pid = ?, owner_host = ?, owner_since_ms = ?",
      epoch,
      owner.pid,
      owner.host,
      owner.sinceMs,
    );
    const opened = {
      journalId: meta.journal_id,
      lastSeq: last?.last_seq ?? meta.base_seq,
      firstSeq: meta.base_seq + 1,
      epoch,
    };
    return {
      opened: repaired === undefined ? opened : { ...opened, repaired },
      link: last === undefined ? baseLink(meta) : { nextSeq: last.last_seq + 1, prevHash: sha256(last.bytes), epoch },
      partition: last === undefined ? undefined : parseFrameHeader(last.bytes).partition,
    };
  });
}

function repairTail(db: Database, name: string, meta: Meta): StoreOpened["repaired"] {
  for (const found of scan(db, linkBefore(db, name, firstToCheck(db, name, meta)))) {
    if (found.damage === undefined) continue;
    const last = lastFrame(db);
    if (!isTorn(found.damage) || found.row === undefined || found.row.first_seq !== last?.first_seq) {
      throw corrupt(name, found.damage);
    }
    return cut(db, last, found.row.bytes.byteLength);
  }
  return undefined;
}

/** A rebuild begins at the older kept snapshot at worst, so what lies before is left to `verify`. */
function firstToCheck(db: Database, name: string, meta: Meta): number {
  const oldest = db.get<{ seq: number | null }>("SELECT min(seq) AS seq FROM snapshots WHERE complete = 1")?.seq ?? 0;
  if (oldest < meta.base_seq) {
    const message = "the snapshot that stands for the dropped frames is missing";
    throw corrupt(name, { seq: meta.base_seq, reason: "snapshot", message });
  }
  return oldest + 1;
}

/** A commit that broke off is short or fails its checksum; a whole frame in the wrong place was never torn. */
function isTorn(damage: Damage): boolean {
  return damage.reason === "header" || damage.reason === "checksum";
}

function cut(db: Database, last: FrameRow, bytes: number): StoreOpened["repaired"] {
  db.run("DELETE FROM frames WHERE first_seq = ?", last.first_seq);
  db.run("DELETE FROM payloads WHERE seq = ?", last.last_seq);
  // A snapshot of a state the journal no longer reaches would contradict what is written next.
  db.run("UPDATE snapshots SET complete = 0 WHERE seq >= ?", last.first_seq);
  return { cutFromSeq: last.first_seq, bytes };
}
