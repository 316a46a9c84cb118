import { expect, test } from "vitest";
import { FrameChain } from "../../testing/frames.ts";
import { memoryStore } from "./memory-store.ts";

test("a bounded store is full at its limit and goes on when space is freed", async () => {
  const chain = new FrameChain();
  const body = new Uint8Array(1_000);
  const store = memoryStore({ maxBytes: 5_000 });
  await store.open();
  for (let n = 0; n < 4; n++) await store.append(await chain.next({ body }), []);
  const refusal = { code: "STORE_FULL", retryable: true, details: { limitBytes: 5_000 } };
  await expect(store.append(chain.peek({ body }), [])).rejects.toMatchObject(refusal);

  chain.epoch = (await store.reopen()).epoch;
  for (const seq of [3, 4]) await store.putSnapshot({ seq, stateHash: "", bytes: new Uint8Array(10) });
  expect((await store.compact(10)).firstSeq).toBe(4);
  for (let n = 0; n < 2; n++) await store.append(await chain.next({ body }), []);
  await expect(store.putSnapshot({ seq: 6, stateHash: "", bytes: new Uint8Array(5_000) })).rejects.toMatchObject(
    refusal,
  );
  await expect(
    store.putArchive({ id: "a", owner: 1, lastSeq: 1, closedMs: 0, bytes: new Uint8Array(5_000) }),
  ).rejects.toMatchObject(refusal);
  expect((await store.health()).storedBytes).toBeLessThanOrEqual(5_000);
});

test("what is freed is counted as free", async () => {
  const chain = new FrameChain();
  const store = memoryStore();
  await store.open();
  await store.append(await chain.next(), [{ key: "k", owner: 1, bytes: new Uint8Array(100) }]);
  await store.putArchive({ id: "a", owner: 1, lastSeq: 1, closedMs: 0, bytes: new Uint8Array(70) });
  await store.putArchive({ id: "a", owner: 1, lastSeq: 1, closedMs: 0, bytes: new Uint8Array(50) });
  await store.putSnapshot({ seq: 1, stateHash: "", bytes: new Uint8Array(30) });
  await store.putSnapshot({ seq: 1, stateHash: "", bytes: new Uint8Array(20) });
  const { journalBytes, storedBytes } = await store.health();
  expect(storedBytes).toBe(journalBytes + 100 + 50 + 20);
  await store.dropArchives(["a"]);
  await store.erasePayloads(["k"]);
  expect((await store.health()).storedBytes).toBe(journalBytes + 20);
});

test("it promises nothing", () => {
  expect(memoryStore().guarantees).toEqual({ durability: "none", ordering: "total", concurrentReaders: false });
});
