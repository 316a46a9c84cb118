import { once } from "node:events";
import { hostname } from "node:os";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkEngine } from "../../npm/src/stores/sqlite/connection.ts";
import { openReader } from "../../npm/src/stores/sqlite/sqlite-reader.ts";
import { type SqliteStoreOptions, sqliteStore } from "../../npm/src/stores/sqlite/sqlite-store.ts";
import type { Store } from "../../npm/src/stores/store.ts";
import { FakeClock } from "../../npm/src/testing/fake-clock.ts";
import { fill, output, StoreFolder } from "./store-folder.ts";

describe("owners and readers of a SQLite store", () => {
  let folder: StoreFolder;
  beforeEach(() => {
    folder = new StoreFolder();
  });
  afterEach(() => folder.remove());
  const store = (options: SqliteStoreOptions = {}): Store => folder.use(sqliteStore(folder.file, options));

  test("a second process is refused, and told who the first is", async () => {
    const owner = await folder.owner(3);
    const refusal = { code: "STORE_LOCKED", details: { pid: owner.pid, host: hostname() } };
    await expect(store().open()).rejects.toMatchObject(refusal);
    await expect(store().open()).rejects.toThrow(`process ${owner.pid} on ${hostname()}`);
  });

  test("a killed owner leaves the file to the next at once", async () => {
    const owner = await folder.owner(3);
    owner.kill("SIGKILL");
    await once(owner, "exit");
    const opened = await store().open();
    expect(opened).toMatchObject({ lastSeq: 3, epoch: 2 });
    expect(opened.repaired).toBeUndefined();
  });

  test("readers work beside an owner in another process", async () => {
    const owner = await folder.owner(3);
    const reader = folder.use(await openReader(folder.file));
    expect((await reader.health()).lastSeq).toBe(3);
    expect(await reader.owner()).toMatchObject({ pid: owner.pid, host: hostname() });
    expect((await reader.verify()).ok).toBe(true);
    owner.kill("SIGKILL");
    await once(owner, "exit");
    expect(await reader.owner()).toBeUndefined();
    expect((await reader.health()).lastSeq).toBe(3);
  });

  test("a reader sees what is appended after it opened", async () => {
    const one = store({ clock: new FakeClock({ wallMs: 1_234 }) });
    const chain = await fill(one, 2);
    const reader = folder.use(await openReader(folder.file, { thread: "caller" }));
    const count = async (): Promise<number> => {
      let frames = 0;
      for await (const _ of reader.read(1)) frames += 1;
      return frames;
    };
    expect(await count()).toBe(2);
    await one.append(await chain.next(), [{ key: "k", owner: 1, bytes: new Uint8Array([1, 2]) }]);
    expect(await count()).toBe(3);
    expect(await reader.payload("k")).toEqual(new Uint8Array([1, 2]));
    expect((await reader.owner())?.sinceMs).toBe(1_234);
    await one.close();
    expect(await reader.owner()).toBeUndefined();
  });

  test("a reader never keeps the log from being emptied", async () => {
    const one = store({ thread: "caller" });
    const chain = await fill(one, 200, 15_000);
    const reader = folder.use(await openReader(folder.file, { thread: "caller" }));
    const reading = reader.read(1)[Symbol.asyncIterator]();
    await reading.next();
    for (let n = 0; n < 600; n++) await one.append(await chain.next({ body: new Uint8Array(120_000) }), []);
    const db = new DatabaseSync(folder.file);
    const log = db.prepare("PRAGMA wal_checkpoint(PASSIVE)").get() as { log: number; checkpointed: number };
    db.close();
    // In pages of 8 KiB; without checkpoints it would be more than 9,000.
    expect(log.log).toBeLessThan(5_000);
    expect(log.checkpointed).toBe(log.log);
    await reading.return?.();
  });

  test("reading a long journal leaves the event loop its turns, however slow the reader is", async () => {
    await fill(store({ thread: "caller" }), 400, 15_000);
    const reader = folder.use(await openReader(folder.file));
    let turns = 0;
    let reading = true;
    const count = (): void => {
      turns += 1;
      if (reading) setImmediate(count);
    };
    for await (const _ of reader.read(1)) {
      // The first part had to be waited for.
      if (turns === 0) count();
      const until = performance.now() + 1;
      while (performance.now() < until);
    }
    reading = false;
    expect(turns).toBeGreaterThan(15);
  });

  test("an owner whose lock was broken is fenced", async () => {
    const one = store();
    const chain = await fill(one, 2);
    // A file system without working locks: somebody else opened it and was granted the next epoch.
    const db = new DatabaseSync(folder.file);
    db.exec("UPDATE meta SET epoch = epoch + 1");
    db.close();
    const refusal = { code: "STORE_FENCED", details: { epoch: 1, granted: 2 } };
    await expect(one.append(await chain.next(), [])).rejects.toMatchObject(refusal);
    expect((await one.reopen()).lastSeq).toBe(2);
  });

  test("a foreign transaction makes an append wait, then fail, never both", { timeout: 20_000 }, async () => {
    const one = store();
    const chain = await fill(one, 2);
    const db = new DatabaseSync(folder.file);
    db.exec("BEGIN IMMEDIATE");
    await expect(one.append(await chain.next(), [])).rejects.toMatchObject({ code: "STORE_BUSY", retryable: true });
    db.exec("COMMIT");
    db.close();
    expect((await one.reopen()).lastSeq).toBe(2);
  });

  test("an open store does not keep a process alive, an append does", async () => {
    const idle = folder.program("idle", folder.file);
    await output(idle);
    expect(idle.exitCode).toBe(0);
    expect((await store().open()).lastSeq).toBe(1);
  });

  test("may be opened and closed without waiting in between", async () => {
    const one = store();
    const [first, second] = await Promise.all([one.open(), one.open()]);
    expect(second).toEqual(first);
    const opening = store({ create: true });
    const refused = expect(opening.open()).rejects.toMatchObject({ code: "STORE_LOCKED" });
    await opening.close();
    await refused;
    const again = one.close().then(() => opening.open());
    expect((await again).epoch).toBe(2);
    const third = opening.reopen();
    await opening.close();
    expect((await third).epoch).toBe(3);
  });

  test("says what it guarantees", () => {
    expect(store().guarantees).toEqual({ durability: "power-loss", ordering: "total", concurrentReaders: true });
    expect(store({ durability: "process-crash" }).guarantees.durability).toBe("process-crash");
  });

  test("a snapshot given up half way costs nothing but space, which comes back", async () => {
    const one = store();
    const chain = await fill(one, 10);
    const abort = new AbortController();
    const writing = one.putSnapshot(
      { seq: 10, stateHash: "", bytes: new Uint8Array(8_000_000) },
      { signal: abort.signal },
    );
    while (countChunks() === 0) await one.append(await chain.next(), []);
    abort.abort(new Error("enough"));
    await expect(writing).rejects.toThrow("enough");
    expect(await one.latestSnapshot()).toBeUndefined();
    await one.putSnapshot({ seq: 10, stateHash: "ab", bytes: new Uint8Array(300_000).fill(7) });
    expect((await one.latestSnapshot())?.bytes).toEqual(new Uint8Array(300_000).fill(7));
    expect(countChunks()).toBe(2);

    function countChunks(): number {
      const db = new DatabaseSync(folder.file, { readOnly: true });
      const row = db.prepare("SELECT count(*) AS n FROM snapshot_chunks").get();
      db.close();
      return Number(row?.n);
    }
  });

  test("closing ends a long job and still closes", async () => {
    const one = store();
    await fill(one, 10);
    const writing = one.putSnapshot({ seq: 10, stateHash: "", bytes: new Uint8Array(50_000_000) });
    const ended = expect(writing).rejects.toMatchObject({ code: "STORE_CLOSED" });
    await one.close();
    await ended;
    expect((await store().open()).lastSeq).toBe(10);
  });

  test.each([
    ["3.51.2", false],
    ["3.9.99", false],
    ["2.99.99", false],
    ["3.51.3", true],
    ["3.53.0", true],
    ["4.0.0", true],
  ])("SQLite %s is trusted: %s", (version, trusted) => {
    const check = (): void => checkEngine("x", version);
    if (trusted) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ code: "STORE_ENGINE_TOO_OLD" }));
  });
});
