import { expect, test } from "vitest";
import { memoryDisk } from "../stores/memory/memory-disk.ts";
import { memoryStore } from "../stores/memory/memory-store.ts";
import { storeError } from "../stores/store-error.ts";
import { type AppendFault, faultyStore } from "./faulty-store.ts";
import { FrameChain } from "./frames.ts";

test.each([
  ["fail", 1],
  ["fail-after-write", 2],
] as const)("an append that is to %s leaves %i frames behind, and only a reopen tells", async (fault, lastSeq) => {
  const faults: (AppendFault | undefined)[] = [undefined, fault];
  const store = faultyStore(memoryStore(), { append: () => faults.shift() });
  const chain = new FrameChain();
  await store.open();
  await store.append(await chain.next(), []);
  await expect(store.append(await chain.next(), [])).rejects.toMatchObject({ code: "STORE_IO", retryable: true });

  const halted = { code: "STORE_HALTED", details: { because: "STORE_IO" } };
  await expect(store.append(chain.peek(), [])).rejects.toMatchObject(halted);
  await expect(store.read(1)[Symbol.asyncIterator]().next()).rejects.toMatchObject(halted);
  await expect(store.latestSnapshot()).rejects.toMatchObject(halted);
  await expect(store.putSnapshot({ seq: 1, stateHash: "", bytes: new Uint8Array() })).rejects.toMatchObject(halted);
  await expect(store.compact(1)).rejects.toMatchObject(halted);
  await expect(store.verify()).rejects.toMatchObject(halted);
  expect(await store.health()).toMatchObject({ ok: false, problem: expect.stringContaining("on request") });

  expect((await store.reopen()).lastSeq).toBe(lastSeq);
  expect((await store.health()).ok).toBe(true);
});

test("the frame decides, and the error can be chosen", async () => {
  const store = faultyStore(memoryStore(), {
    append: (frame) => (frame.byteLength > 1_000 ? "fail" : undefined),
    error: () => storeError("STORE_FULL", "full"),
  });
  const chain = new FrameChain();
  await store.open();
  await store.append(await chain.next(), []);
  await expect(store.append(chain.peek({ body: new Uint8Array(2_000) }), [])).rejects.toMatchObject({
    code: "STORE_FULL",
  });
});

test("opening can fail, and be tried again", async () => {
  let broken = true;
  const store = faultyStore(memoryStore({ disk: memoryDisk() }), { open: () => (broken ? "fail" : undefined) });
  await expect(store.open()).rejects.toMatchObject({ code: "STORE_IO" });
  broken = false;
  await store.open();
  broken = true;
  await expect(store.reopen()).rejects.toMatchObject({ code: "STORE_IO" });
  broken = false;
  expect((await store.reopen()).epoch).toBe(2);
});
