import type { Damage, StoreHealth, VerifyOptions, VerifyReport } from "../store.ts";
import { answer, type Database } from "./database.ts";
import { baseLink, scan } from "./scan.ts";
import type { SnapshotRow } from "./schema.ts";
import { completeOnly, listSnapshots, loadSnapshot } from "./snapshots.ts";

/** Frames between two reports of progress. */
const PROGRESS_FRAMES = 64;

/** Checks the whole journal frame by frame, and every snapshot. Compaction must not run beside it. */
export async function verify(db: Database, options: VerifyOptions, stop: () => void): Promise<VerifyReport> {
  const meta = await db.read(["meta"], (tx) => tx.meta());
  let seq = meta.baseSeq;
  let frames = 0;
  let bytes = 0;
  let damage: Damage | undefined;
  const tell = (): void => options.onProgress?.({ seq, lastSeq: Math.max(seq, meta.lastSeq), frames, bytes });
  for await (const found of scan(db, baseLink(meta))) {
    stop();
    damage = found.damage;
    if (damage !== undefined) break;
    seq = found.row.lastSeq;
    frames += 1;
    bytes += found.row.bytes.byteLength;
    if (frames % PROGRESS_FRAMES === 0) tell();
  }
  if (damage === undefined && seq < meta.lastSeq) {
    damage = { seq: seq + 1, reason: "gap", message: `the journal ends here, but reached ${meta.lastSeq}` };
  }
  if (frames % PROGRESS_FRAMES !== 0) tell();
  let snapshots = 0;
  for (const row of await listSnapshots(db)) {
    stop();
    if ((await loadSnapshot(db, row)) !== undefined) snapshots += 1;
    else damage ??= { seq: row.seq, reason: "snapshot", message: `the snapshot at sequence ${row.seq} is damaged` };
  }
  const events = seq - meta.baseSeq;
  const report = {
    ok: damage === undefined,
    firstSeq: meta.baseSeq + 1,
    lastSeq: seq,
    frames,
    events,
    bytes,
    snapshots,
  };
  return damage === undefined ? report : { ...report, damage };
}

/** Sizes and positions, from counters: no walk over the journal. */
export async function readHealth(db: Database, problem: string | undefined): Promise<StoreHealth> {
  const { meta, snapshots } = await db.read(["meta", "snapshots"], async (tx) => ({
    meta: await tx.meta(),
    snapshots: completeOnly(await answer<SnapshotRow[]>(tx.table("snapshots").getAll())),
  }));
  const { payloadBytes, archiveBytes } = meta;
  const journalBytes = meta.framesAdded - meta.framesDropped;
  const snapshotBytes = snapshots.reduce((sum, { size }) => sum + size, 0);
  const health: StoreHealth = {
    ok: problem === undefined,
    lastSeq: meta.lastSeq,
    firstSeq: meta.baseSeq + 1,
    snapshotSeq: snapshots[0]?.seq ?? 0,
    journalBytes,
    payloadBytes,
    snapshotBytes,
    archiveBytes,
    // A browser tells what a whole origin takes, not one database.
    storedBytes: journalBytes + payloadBytes + snapshotBytes + archiveBytes,
  };
  return problem === undefined ? health : { ...health, problem };
}
