import type { StoreHealth } from "../store.ts";
import type { Database } from "./database.ts";
import { lastFrame, readMeta } from "./meta.ts";
import { listSnapshots } from "./snapshots.ts";

/** Sizes and positions, from counters and small tables: no scan of the journal. */
export function readHealth(db: Database, problem: string | undefined): StoreHealth {
  const meta = readMeta(db);
  const last = lastFrame(db);
  const snapshots = listSnapshots(db);
  const pages = db.get<{ page_count: number }>("PRAGMA page_count")?.page_count ?? 0;
  const pageBytes = db.get<{ page_size: number }>("PRAGMA page_size")?.page_size ?? 0;
  const archives = db.get<{ size: number | null }>("SELECT sum(length(bytes)) AS size FROM archives");
  const health: StoreHealth = {
    ok: problem === undefined,
    lastSeq: last?.last_seq ?? meta.base_seq,
    firstSeq: meta.base_seq + 1,
    snapshotSeq: snapshots[0]?.seq ?? 0,
    journalBytes: Math.max(0, (last?.frames_total ?? meta.frames_dropped) - meta.frames_dropped),
    payloadBytes: Math.max(0, (last?.payloads_total ?? meta.payloads_dropped) - meta.payloads_dropped),
    snapshotBytes: snapshots.reduce((sum, snapshot) => sum + snapshot.size, 0),
    archiveBytes: archives?.size ?? 0,
    storedBytes: pages * pageBytes,
  };
  return problem === undefined ? health : { ...health, problem };
}
