import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { FrameChain } from "../../testing/frames.ts";
import { indexedDbStore } from "./indexeddb-store.ts";

test("a journal that is taken by force refuses its owner before: by its epoch, and when that opens it again", async () => {
  const hung = indexedDbStore("stolen", { lockWaitMs: 0 });
  const first = await hung.open();
  const chain = new FrameChain({ epoch: first.epoch });
  await hung.append(await chain.next(), []);
  await expect(indexedDbStore("stolen", { lockWaitMs: 0 }).open()).rejects.toMatchObject({ code: "STORE_LOCKED" });
  const heir = indexedDbStore("stolen", { lockWaitMs: 0, steal: true });
  const second = await heir.open();
  expect(second.epoch).toBe(first.epoch + 1);
  expect(second.lastSeq).toBe(chain.nextSeq - 1);
  await expect(hung.append(chain.peek(), [])).rejects.toMatchObject({ code: "STORE_FENCED" });
  await expect(hung.reopen()).rejects.toMatchObject({ code: "STORE_LOCKED" });
  expect((await heir.health()).lastSeq).toBe(chain.nextSeq - 1);
  await heir.close();
  await hung.close();
});

test("an owner that does not know yet that its lock is gone does not take the journal back", async () => {
  const hung = indexedDbStore("stolen late", { lockWaitMs: 0 });
  const first = await hung.open();
  // As a hung page: another one was granted the next epoch, and nobody told of the lock.
  const db = await new Promise<IDBDatabase>((resolve) => {
    const opening = indexedDB.open("polyphon:stolen late");
    opening.onsuccess = () => resolve(opening.result);
  });
  await new Promise((resolve) => {
    const tx = db.transaction("meta", "readwrite");
    const rows = tx.objectStore("meta");
    const reading = rows.getAll();
    const keys = rows.getAllKeys();
    keys.onsuccess = () => {
      const [meta] = reading.result;
      const row = { ...meta, epoch: first.epoch + 1 };
      if (rows.keyPath === null) rows.put(row, keys.result[0]);
      else rows.put(row);
    };
    tx.oncomplete = resolve;
  });
  db.close();
  const chain = new FrameChain({ epoch: first.epoch });
  await expect(hung.append(chain.peek(), [])).rejects.toMatchObject({ code: "STORE_FENCED" });
  await expect(hung.reopen()).rejects.toMatchObject({ code: "STORE_LOCKED" });
  await hung.close();
});
