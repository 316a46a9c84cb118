import { type ChainLink, corrupt, inspectFrame, linkAfter } from "../chain.ts";
import type { FrameHeader } from "../frame-header.ts";
import { compacted } from "../rules.ts";
import { sha256 } from "../sha256.ts";
import type { Damage, WaitOptions } from "../store.ts";
import { answer, type Database, type Transaction } from "./database.ts";
import type { FrameRow, MetaRow } from "./schema.ts";

/** Bytes that are fetched at once, about, and frames at the beginning and at most. */
const PART_BYTES = 262_144;
const FIRST_FRAMES = 4;
const MOST_FRAMES = 256;

export type Scanned =
  | { readonly row: FrameRow; readonly header: FrameHeader; readonly damage?: never; readonly baseSeq: number }
  | { readonly row: FrameRow; readonly damage: Damage; readonly baseSeq: number; readonly header?: never };

/** Every frame from `link` on, each checked; ends after the first damaged one. */
export async function* scan(db: Database, link: ChainLink): AsyncGenerator<Scanned> {
  let at = link;
  let count = FIRST_FRAMES;
  for (;;) {
    const { rows, baseSeq } = await fetch(db, at.nextSeq, count);
    let largest = 1;
    for (const row of rows) {
      const { header, damage } = row.firstSeq === at.nextSeq ? inspectFrame(row.bytes, at) : missing(at.nextSeq, row);
      if (damage !== undefined) {
        yield { row, damage, baseSeq };
        return;
      }
      at = linkAfter(header, await sha256(row.bytes));
      largest = Math.max(largest, row.bytes.byteLength);
      yield { row, header, baseSeq };
    }
    if (rows.length === 0) return;
    count = Math.min(Math.max(1, Math.floor(PART_BYTES / largest)), count * 4, MOST_FRAMES);
  }
}

/** Frames from the one that holds `fromSeq`; throws at a damaged one. */
export async function* readFrames(
  db: Database,
  name: string,
  fromSeq: number,
  { signal }: WaitOptions,
): AsyncGenerator<Uint8Array> {
  signal?.throwIfAborted();
  for await (const { row, damage, baseSeq } of scan(db, await linkBefore(db, name, Math.max(1, fromSeq)))) {
    if (damage !== undefined) {
      if (damage.reason === "gap" && damage.seq <= baseSeq) throw compacted(name, damage.seq, baseSeq + 1);
      throw corrupt(name, damage);
    }
    signal?.throwIfAborted();
    yield row.bytes;
  }
  signal?.throwIfAborted();
}

/** The link before the frame that holds `fromSeq`. Throws `STORE_COMPACTED` below what is kept. */
export async function linkBefore(db: Database, name: string, fromSeq: number): Promise<ChainLink> {
  const { meta, before } = await db.read(["meta", "frames"], async (tx) => {
    const meta = await tx.meta();
    return { meta, before: fromSeq <= meta.baseSeq ? undefined : await frameBelow(tx, fromSeq) };
  });
  if (fromSeq <= meta.baseSeq) throw compacted(name, fromSeq, meta.baseSeq + 1);
  if (before === undefined) return baseLink(meta);
  return { nextSeq: before.lastSeq + 1, prevHash: await sha256(before.bytes), epoch: before.epoch };
}

/** What the first kept frame connects to. */
export function baseLink(meta: MetaRow): ChainLink {
  return { nextSeq: meta.baseSeq + 1, prevHash: meta.baseHash, epoch: meta.baseEpoch };
}

/** The last frame that ends below `seq`. */
export function frameBelow(tx: Transaction, seq: number): Promise<FrameRow | undefined> {
  return new Promise((resolve, reject) => {
    const request = tx.table("frames").openCursor(IDBKeyRange.upperBound(seq), "prev");
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const row = request.result?.value as FrameRow | undefined;
      if (row === undefined || row.lastSeq < seq) resolve(row);
      else request.result?.continue();
    };
  });
}

function fetch(db: Database, fromSeq: number, count: number): Promise<{ rows: FrameRow[]; baseSeq: number }> {
  return db.read(["meta", "frames"], async (tx) => {
    const rows = answer<FrameRow[]>(tx.table("frames").getAll(IDBKeyRange.lowerBound(fromSeq), count));
    return { baseSeq: (await tx.meta()).baseSeq, rows: await rows };
  });
}

function missing(seq: number, row: FrameRow): { readonly damage: Damage; readonly header?: never } {
  return { damage: { seq, reason: "gap", message: `the next frame begins at ${row.firstSeq}` } };
}
