import { collect, equal, ok, refused, sameFrames } from "./expect.ts";
import { type Context, noise } from "./subject.ts";

export function halting(context: Context): void {
  context.test("after a failed append nothing goes on until the store is reopened", async ({ store, chain, fill }) => {
    const frames = await fill(3);
    await refused(store.append(new Uint8Array(3), []), "STORE_FRAME_INVALID");
    const error = await refused(store.append(chain.peek(), []), "STORE_HALTED");
    equal(error.details.because, "STORE_FRAME_INVALID", "the reason it names");
    await refused(collect(store.read(1)), "STORE_HALTED");
    await refused(store.latestSnapshot(), "STORE_HALTED");
    await refused(store.putSnapshot({ seq: 1, stateHash: "00", bytes: noise(10, 1) }), "STORE_HALTED");
    await refused(store.compact(1), "STORE_HALTED");
    await refused(store.erasePayloads(["k"]), "STORE_HALTED");
    const archive = { id: "session_1", owner: 1, lastSeq: 1, closedMs: 0, bytes: noise(10, 1) };
    await refused(store.putArchive(archive), "STORE_HALTED");

    const opened = await store.reopen();
    equal(opened.lastSeq, 3, "lastSeq");
    ok(opened.epoch > chain.epoch, "a higher epoch");
    sameFrames(await collect(store.read(1)), frames);
    chain.epoch = opened.epoch;
    await fill(1);
  });

  context.test("a halted store still answers for itself", async ({ store, chain }) => {
    await store.append(await chain.next(), [{ key: "k", owner: 1, bytes: noise(10, 1) }]);
    await refused(store.append(new Uint8Array(3), []), "STORE_FRAME_INVALID");
    const health = await store.health();
    equal(health.ok, false, "health");
    ok((health.problem ?? "") !== "", "a problem in words");
    equal(health.lastSeq, 1, "lastSeq");
    sameFrames([(await store.payload("k")) ?? new Uint8Array()], [noise(10, 1)]);
    await store.reopen();
    equal((await store.health()).ok, true, "health after reopen");
  });

  context.test("reopening keeps the ownership", async ({ store, another, fill }) => {
    await fill(1);
    await store.reopen();
    await refused(another().open(), "STORE_LOCKED");
  });

  context.test("appends in the queue behind a failed one are refused", async ({ store, chain }) => {
    const good = chain.peek();
    const failed = store.append(good.slice(0, -1), []);
    const behind = store.append(good, []);
    await refused(failed, "STORE_FRAME_INVALID");
    await refused(behind, "STORE_HALTED");
    equal((await store.reopen()).lastSeq, 0, "lastSeq");
  });
}
