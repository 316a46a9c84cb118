import { sha256 } from "../sha256.ts";
import { archiveRows, SWEEP_STEP } from "./archives.ts";
import { answer } from "./database.ts";
import { type Owned, ownMeta } from "./owned.ts";
import { dropKeys, dropOwned } from "./payloads.ts";
import type { ArchiveRow, FrameRow } from "./schema.ts";
import { listSnapshots, loadSnapshot } from "./snapshots.ts";

/** Frames dropped in one transaction. */
const FRAMES_STEP = 128;
/** Payloads erased in one transaction. */
const ERASE_STEP = 500;

/** Compaction in small steps; `stop` throws between two of them when it is given up. */
export async function compact(
  owned: Owned,
  beforeSeq: number,
  closed: readonly number[],
  stop: () => void,
): Promise<void> {
  const snapshots = await listSnapshots(owned.db);
  const older = snapshots[1];
  if (older === undefined) return;
  // Frames go only when both snapshots that stand for them can be read.
  for (const row of snapshots) {
    stop();
    if ((await loadSnapshot(owned.db, row)) === undefined) return;
  }
  // Before the frames: what a crash leaves undone here nobody would come back to.
  for (const owner of closed) while (await dropOwnedStep(owned, owner, beforeSeq)) stop();
  const cut = Math.min(beforeSeq, older.seq + 1);
  while (await dropFramesStep(owned, cut)) stop();
  const { baseSeq } = await owned.db.read(["meta"], (tx) => tx.meta());
  for (const row of await archiveRows(owned.db)) {
    if (row.swept || row.lastSeq > baseSeq) continue;
    while (await dropOwnedStep(owned, row.owner, Number.MAX_SAFE_INTEGER)) stop();
    await markSwept(owned, row);
  }
}

/** Erases payloads by their keys. */
export async function erasePayloads(owned: Owned, keys: readonly string[]): Promise<void> {
  for (let at = 0; at < keys.length; at += ERASE_STEP) {
    await owned.db.write(["meta", "payloads"], async (tx) => {
      const meta = await ownMeta(tx, owned);
      const bytes = await dropKeys(tx, keys.slice(at, at + ERASE_STEP));
      tx.putMeta({ ...meta, payloadBytes: meta.payloadBytes - bytes });
    });
  }
}

/** Answers whether there may be more. */
function dropOwnedStep(owned: Owned, owner: number, beforeSeq: number): Promise<boolean> {
  return owned.db.write(["meta", "payloads"], async (tx) => {
    const meta = await ownMeta(tx, owned);
    const { count, bytes } = await dropOwned(tx, owner, beforeSeq, SWEEP_STEP);
    if (count > 0) tx.putMeta({ ...meta, payloadBytes: meta.payloadBytes - bytes });
    return count === SWEEP_STEP;
  });
}

/** Drops some of the frames wholly below `cut`; answers whether there may be more. */
async function dropFramesStep(owned: Owned, cut: number): Promise<boolean> {
  const last = await owned.db.read(["frames"], async (tx) => {
    const table = tx.table("frames");
    const keys = await answer(table.getAllKeys(IDBKeyRange.upperBound(cut, true), FRAMES_STEP));
    // A frame ends before the next one begins: only the one that holds the cut reaches beyond it.
    for (const key of keys.reverse()) {
      const row = await answer<FrameRow>(table.get(key));
      if (row.lastSeq < cut) return row;
    }
    return undefined;
  });
  if (last === undefined) return false;
  const baseHash = await sha256(last.bytes);
  await owned.db.write(["meta", "frames"], async (tx) => {
    const meta = await ownMeta(tx, owned);
    tx.table("frames").delete(IDBKeyRange.upperBound(last.firstSeq));
    tx.putMeta({ ...meta, baseSeq: last.lastSeq, baseHash, baseEpoch: last.epoch, framesDropped: last.total });
  });
  return true;
}

function markSwept(owned: Owned, { id }: ArchiveRow): Promise<void> {
  return owned.db.write(["meta", "archives"], async (tx) => {
    await ownMeta(tx, owned);
    const row = await answer<ArchiveRow | undefined>(tx.table("archives").get(id));
    if (row !== undefined) tx.table("archives").put({ ...row, swept: true });
  });
}
