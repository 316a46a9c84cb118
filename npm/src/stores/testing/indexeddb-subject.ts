import { randomHex } from "../../runtime/random.ts";
import type { StoreSubject } from "../../testing/store-contract.ts";
import { answer } from "../indexeddb/database.ts";
import { indexedDbStore } from "../indexeddb/indexeddb-store.ts";
import type { ChunkRow, FrameRow, SnapshotRow } from "../indexeddb/schema.ts";

/** A store on a database of its own, for the contract: in a browser, or in Node where something plays IndexedDB. */
export async function indexedDbSubject(): Promise<StoreSubject> {
  const file = `contract-${randomHex(8)}`;
  const make = () => indexedDbStore(file, { lockWaitMs: 0 });
  const change = async (tables: string[], body: (tx: IDBTransaction) => Promise<void>): Promise<void> => {
    const db = await answer(indexedDB.open(`polyphon:${file}`));
    const tx = db.transaction(tables, "readwrite");
    const done = new Promise((resolve, reject) => {
      tx.oncomplete = resolve;
      tx.onabort = () => reject(tx.error);
    });
    await body(tx);
    await done;
    db.close();
  };
  return {
    store: make(),
    another: make,
    editFrame: (firstSeq, edit) =>
      change(["frames"], async (tx) => {
        const frames = tx.objectStore("frames");
        const row: FrameRow = await answer(frames.get(firstSeq));
        const bytes = edit(row.bytes.slice());
        if (bytes) frames.put({ ...row, bytes });
        else frames.delete(firstSeq);
      }),
    damageSnapshot: (seq) =>
      change(["snapshots", "chunks"], async (tx) => {
        const rows: SnapshotRow[] = await answer(tx.objectStore("snapshots").getAll());
        const { id, chunks } = rows.find((row) => row.seq === seq && row.complete) as SnapshotRow;
        const chunk: ChunkRow = await answer(tx.objectStore("chunks").get([id, chunks - 1]));
        chunk.bytes[0] = (chunk.bytes[0] ?? 0) ^ 1;
        tx.objectStore("chunks").put(chunk);
      }),
    async teardown() {
      await answer(indexedDB.deleteDatabase(`polyphon:${file}`));
    },
  };
}
