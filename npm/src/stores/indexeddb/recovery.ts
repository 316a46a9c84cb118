import { type ChainLink, corrupt, linkAfter } from "../chain.ts";
import { parseFrameHeader } from "../frame-header.ts";
import { sha256 } from "../sha256.ts";
import type { Damage, StoreOpened } from "../store.ts";
import { storeError } from "../store-error.ts";
import { answer, type Database, type Transaction } from "./database.ts";
import { dropPayloadsOf } from "./payloads.ts";
import { baseLink, frameBelow, linkBefore, scan } from "./scan.ts";
import type { FrameRow, MetaRow, SnapshotRow } from "./schema.ts";
import { completeOnly } from "./snapshots.ts";

export interface Recovered {
  readonly opened: StoreOpened;
  /** What the next append connects to. */
  readonly link: ChainLink;
  readonly partition: number | undefined;
}

/** What an owner was granted. */
export type Grant = Pick<StoreOpened, "journalId" | "epoch">;

/**
 * Checks what a rebuild would read, cuts a torn last frame and grants the next epoch. `mine` is what an owner was granted that reads its
 * own journal again: `STORE_LOCKED` when another epoch of it was granted since, for it may hear late that its lock was taken by
 * force.
 */
export async function recover(db: Database, name: string, mine?: Grant): Promise<Recovered> {
  const { meta, snapshots } = await db.read(["meta", "snapshots"], async (tx) => ({
    meta: await tx.meta(),
    snapshots: completeOnly(await answer<SnapshotRow[]>(tx.table("snapshots").getAll())),
  }));
  const torn = await findTorn(db, name, meta, snapshots.at(-1)?.seq ?? 0);
  const { last, epoch, base } = await db.write(["meta", "frames", "payloads", "snapshots"], async (tx) => {
    const now = await tx.meta();
    // Whoever looked at the same time was granted an epoch meanwhile.
    const expected = mine?.journalId === now.journalId ? mine.epoch : meta.epoch;
    if (now.epoch !== expected) throw storeError("STORE_LOCKED", `${name}: another page or worker took it over`, {});
    const cut = torn === undefined ? now : await cutFrame(tx, now, torn);
    const last = await frameBelow(tx, Number.MAX_SAFE_INTEGER);
    const epoch = Math.max(cut.epoch, cut.baseEpoch, last?.epoch ?? 0) + 1;
    tx.putMeta({ ...cut, epoch });
    return { last, epoch, base: cut };
  });
  const { journalId, baseSeq } = base;
  const opened = { journalId, lastSeq: last?.lastSeq ?? baseSeq, firstSeq: baseSeq + 1, epoch };
  const header = last === undefined ? undefined : parseFrameHeader(last.bytes);
  return {
    opened:
      torn === undefined
        ? opened
        : { ...opened, repaired: { cutFromSeq: torn.firstSeq, bytes: torn.bytes.byteLength } },
    link:
      last === undefined || header === undefined
        ? baseLink(base)
        : { ...linkAfter(header, await sha256(last.bytes)), epoch },
    partition: header?.partition,
  };
}

/** The last frame, when it is torn. Throws `STORE_CORRUPT` for any other damage a rebuild would meet. */
async function findTorn(
  db: Database,
  name: string,
  meta: MetaRow,
  oldestSnapshot: number,
): Promise<FrameRow | undefined> {
  if (oldestSnapshot < meta.baseSeq) {
    const message = "the snapshot that stands for the dropped frames is missing";
    throw corrupt(name, { seq: meta.baseSeq, reason: "snapshot", message });
  }
  const link = await linkBefore(db, name, oldestSnapshot + 1);
  let seq = link.nextSeq - 1;
  for await (const { row, damage } of scan(db, link)) {
    if (damage === undefined) {
      seq = row.lastSeq;
      continue;
    }
    if (!isTorn(damage) || row.lastSeq !== meta.lastSeq) throw corrupt(name, damage);
    return row;
  }
  if (seq < meta.lastSeq) {
    const message = `the journal ends here, but reached ${meta.lastSeq}`;
    throw corrupt(name, { seq: seq + 1, reason: "gap", message });
  }
  return undefined;
}

/** A frame that broke off is short or fails its checksum; a whole frame in the wrong place was never torn. */
function isTorn(damage: Damage): boolean {
  return damage.reason === "header" || damage.reason === "checksum";
}

async function cutFrame(tx: Transaction, meta: MetaRow, torn: FrameRow): Promise<MetaRow> {
  const before = await frameBelow(tx, torn.firstSeq);
  tx.table("frames").delete(torn.firstSeq);
  const dropped = await dropPayloadsOf(tx, (_, seq) => seq === torn.firstSeq);
  // A snapshot of a state the journal no longer reaches would contradict what is written next.
  const snapshots = tx.table("snapshots");
  for (const row of await answer<SnapshotRow[]>(snapshots.getAll())) {
    if (row.seq >= torn.firstSeq) snapshots.put({ ...row, complete: false });
  }
  return {
    ...meta,
    lastSeq: before?.lastSeq ?? meta.baseSeq,
    framesAdded: before?.total ?? meta.framesDropped,
    payloadBytes: meta.payloadBytes - dropped,
  };
}
