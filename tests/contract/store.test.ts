import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "vitest";
import { memoryDisk } from "../../npm/src/stores/memory/memory-disk.ts";
import { memoryStore } from "../../npm/src/stores/memory/memory-store.ts";
import { type SqliteStoreOptions, sqliteStore } from "../../npm/src/stores/sqlite/sqlite-store.ts";
import { faultyStore } from "../../npm/src/testing/faulty-store.ts";
import { type StoreCapabilities, type StoreSubject, storeContract } from "../../npm/src/testing/store-contract.ts";

const api = { describe, test, skip: test.skip };
const everything: StoreCapabilities = { checksFrames: true, frameEdits: true, snapshotEdits: true };
const memory: StoreCapabilities = {
  checksFrames: "hashing costs more than memory can lose",
  frameEdits: true,
  snapshotEdits: "memory does not decay",
};

storeContract("memory", memorySubject, memory, api);
storeContract("sqlite in a worker", () => sqliteSubject({}), everything, api);
storeContract("sqlite on the caller's thread", () => sqliteSubject({ thread: "caller" }), everything, api);
storeContract("faulty store without faults", faultySubject, memory, api);

async function memorySubject(): Promise<StoreSubject> {
  const disk = memoryDisk();
  return {
    store: memoryStore({ disk }),
    another: () => memoryStore({ disk }),
    async editFrame(firstSeq, change) {
      const index = disk.frames.findIndex((frame) => frame.firstSeq === firstSeq);
      const frame = disk.frames[index];
      const bytes = frame && change(frame.bytes.slice());
      if (frame && bytes) disk.frames[index] = { ...frame, bytes };
      else disk.frames.splice(index, 1);
    },
    async teardown() {},
  };
}

async function faultySubject(): Promise<StoreSubject> {
  const subject = await memorySubject();
  return { ...subject, store: faultyStore(subject.store, {}) };
}

async function sqliteSubject(options: SqliteStoreOptions): Promise<StoreSubject> {
  const folder = mkdtempSync(join(tmpdir(), "polyphon-store-"));
  const file = join(folder, "team.db");
  const change = (body: (db: DatabaseSync) => void): void => {
    const db = new DatabaseSync(file);
    body(db);
    db.close();
  };
  return {
    store: sqliteStore(file, options),
    another: () => sqliteStore(file, options),
    async editFrame(firstSeq, edit) {
      change((db) => {
        const row = db.prepare("SELECT bytes FROM frames WHERE first_seq = ?").get(firstSeq);
        const bytes = edit(row?.bytes as Uint8Array);
        if (bytes) db.prepare("UPDATE frames SET bytes = ? WHERE first_seq = ?").run(bytes, firstSeq);
        else db.prepare("DELETE FROM frames WHERE first_seq = ?").run(firstSeq);
      });
    },
    async damageSnapshot(seq) {
      change((db) => {
        const sql =
          "SELECT c.id, c.bytes FROM snapshot_chunks c JOIN snapshots s ON c.id / 1000000 = s.id WHERE s.seq = ? ORDER BY c.id DESC LIMIT 1";
        const row = db.prepare(sql).get(seq);
        const bytes = row?.bytes as Uint8Array;
        bytes[0] = (bytes[0] ?? 0) ^ 1;
        db.prepare("UPDATE snapshot_chunks SET bytes = ? WHERE id = ?").run(bytes, row?.id as number);
      });
    },
    async teardown() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
