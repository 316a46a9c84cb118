import { corrupt } from "../chain.ts";
import { crc32c } from "../crc32c.ts";
import { checkSnapshot } from "../rules.ts";
import type { Snapshot } from "../store.ts";
import { answer, type Database } from "./database.ts";
import { type Owned, ownMeta } from "./owned.ts";
import type { ChunkRow, SnapshotRow } from "./schema.ts";

/** Bytes of one chunk; one transaction each, so that an append in between waits for one at most. */
const CHUNK_BYTES = 1_048_576;

/** Those that count, newest first: at most two. */
export function completeOnly(rows: readonly SnapshotRow[]): SnapshotRow[] {
  return rows.filter(({ complete }) => complete).sort((a, b) => b.seq - a.seq);
}

export async function listSnapshots(db: Database): Promise<SnapshotRow[]> {
  return db.read(["snapshots"], async (tx) => completeOnly(await answer(tx.table("snapshots").getAll())));
}

/** Writes a snapshot in parts, makes it count, and removes those it displaces. `stop` throws when it is given up. */
export async function putSnapshot(owned: Owned, snapshot: Snapshot, stop: () => void): Promise<void> {
  const { seq, stateHash, bytes } = snapshot;
  await prune(owned);
  const chunks = Math.ceil(bytes.byteLength / CHUNK_BYTES);
  const row = await owned.db.write(["meta", "snapshots"], async (tx) => {
    const { lastSeq } = await ownMeta(tx, owned);
    const rows = await answer<SnapshotRow[]>(tx.table("snapshots").getAll());
    checkSnapshot(owned.name, snapshot, lastSeq, completeOnly(rows)[0]?.seq ?? 0);
    const id = 1 + rows.reduce((most, one) => Math.max(most, one.id), 0);
    const begun: SnapshotRow = { id, seq, stateHash, size: bytes.byteLength, chunks, complete: false };
    tx.table("snapshots").add(begun);
    return begun;
  });
  for (let index = 0; index < chunks; index++) {
    stop();
    const part = bytes.slice(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
    const chunk: ChunkRow = { snapshot: row.id, index, checksum: crc32c(part), bytes: part };
    await owned.db.write(["meta", "chunks"], async (tx) => {
      await ownMeta(tx, owned);
      tx.table("chunks").add(chunk);
    });
  }
  await owned.db.write(["meta", "snapshots"], async (tx) => {
    await ownMeta(tx, owned);
    const table = tx.table("snapshots");
    const others = completeOnly(await answer<SnapshotRow[]>(table.getAll()));
    const kept = others.find((one) => one.seq !== seq)?.id;
    for (const one of others) if (one.id !== kept) table.put({ ...one, complete: false });
    table.put({ ...row, complete: true });
  });
  await prune(owned);
}

/** Removes what does not count. */
async function prune(owned: Owned): Promise<void> {
  await owned.db.write(["meta", "snapshots", "chunks"], async (tx) => {
    await ownMeta(tx, owned);
    for (const { id, complete } of await answer<SnapshotRow[]>(tx.table("snapshots").getAll())) {
      if (complete) continue;
      tx.table("snapshots").delete(id);
      tx.table("chunks").delete(IDBKeyRange.bound([id], [id + 1], false, true));
    }
  });
}

/** The newest snapshot that is intact; `STORE_CORRUPT` when there is none and the beginning of the journal is gone. */
export async function latestSnapshot(db: Database, name: string): Promise<Snapshot | undefined> {
  for (const row of await listSnapshots(db)) {
    const bytes = await loadSnapshot(db, row);
    if (bytes !== undefined) return { seq: row.seq, stateHash: row.stateHash, bytes };
  }
  const { baseSeq } = await db.read(["meta"], (tx) => tx.meta());
  if (baseSeq === 0) return undefined;
  const message = "no intact snapshot stands for the dropped frames";
  throw corrupt(name, { seq: baseSeq, reason: "snapshot", message });
}

/** The bytes of a snapshot whose every chunk is there and matches its checksum. */
export async function loadSnapshot(db: Database, row: SnapshotRow): Promise<Uint8Array | undefined> {
  const bytes = new Uint8Array(row.size);
  let offset = 0;
  for (let index = 0; index < row.chunks; index++) {
    const chunk = await db.read(["chunks"], (tx) =>
      answer<ChunkRow | undefined>(tx.table("chunks").get([row.id, index])),
    );
    if (chunk === undefined || crc32c(chunk.bytes) !== chunk.checksum) return undefined;
    if (offset + chunk.bytes.byteLength > row.size) return undefined;
    bytes.set(chunk.bytes, offset);
    offset += chunk.bytes.byteLength;
  }
  return offset === row.size ? bytes : undefined;
}
