import { collect, equal, ok, refused } from "./expect.ts";
import type { Context } from "./subject.ts";

export function opening(context: Context): void {
  context.test("a new journal is empty", async ({ store, opened }) => {
    equal(opened.lastSeq, 0, "lastSeq");
    equal(opened.firstSeq, 1, "firstSeq");
    ok(opened.epoch >= 1, "an epoch of at least 1");
    ok(/^[0-9a-f]{32}$/.test(opened.journalId), "a journal id of 32 hexadecimal digits");
    ok(opened.repaired === undefined, "nothing repaired");
    equal((await collect(store.read(1))).length, 0, "frames");
    ok((await store.latestSnapshot()) === undefined, "no snapshot");
  });

  context.test("every open grants a higher epoch and finds the same journal", async ({ fill, restart, opened }) => {
    await fill(3);
    const second = await restart();
    ok(second.epoch > opened.epoch, "a higher epoch");
    equal(second.journalId, opened.journalId, "journalId");
    equal(second.lastSeq, 3, "lastSeq");
    const third = await restart();
    ok(third.epoch > second.epoch, "a higher epoch after an open without appends");
  });

  context.test("a second owner is refused until the first lets go", async ({ store, another, fill }) => {
    await fill(1);
    const other = another();
    const error = await refused(other.open(), "STORE_LOCKED");
    ok(error.retryable, "a refusal that is worth another try");
    await fill(1);
    await store.close();
    equal((await other.open()).lastSeq, 2, "lastSeq");
    await other.close();
  });

  context.closedTest("a store that is not open says so", async ({ store }) => {
    await refused(store.append(new Uint8Array(100), []), "STORE_CLOSED");
    await refused(collect(store.read(1)), "STORE_CLOSED");
    await refused(store.reopen(), "STORE_CLOSED");
    await refused(store.health(), "STORE_CLOSED");
    await store.close();
  });

  context.test("close may be called twice, and ends everything", async ({ store, fill }) => {
    await fill(1);
    await store.close();
    await store.close();
    await refused(store.latestSnapshot(), "STORE_CLOSED");
    await refused(store.compact(1), "STORE_CLOSED");
  });

  context.test("close lets a running append finish", async ({ store, chain, restart }) => {
    const running = store.append(await chain.next(), []);
    await store.close();
    await running;
    equal((await restart()).lastSeq, 1, "lastSeq");
  });
}
