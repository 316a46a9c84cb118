import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openReader } from "../../npm/src/stores/sqlite/sqlite-reader.ts";
import { type SqliteStoreOptions, sqliteStore } from "../../npm/src/stores/sqlite/sqlite-store.ts";
import type { Store } from "../../npm/src/stores/store.ts";
import { fill, output, StoreFolder } from "./store-folder.ts";

describe("the file of a SQLite store", () => {
  let folder: StoreFolder;
  beforeEach(() => {
    folder = new StoreFolder();
  });
  afterEach(() => folder.remove());
  const store = (file = folder.file, options: SqliteStoreOptions = {}): Store =>
    folder.use(sqliteStore(file, { thread: "caller", ...options }));
  const sql = (text: string, file = folder.file): void => {
    const db = new DatabaseSync(file);
    db.exec(text);
    db.close();
  };

  test("is made with its parent folders", async () => {
    const file = join(folder.path, "a", "b", "team.db");
    expect((await store(file).open()).lastSeq).toBe(0);
    expect(existsSync(file)).toBe(true);
  });

  test("is not made when it should be there", async () => {
    await expect(store(folder.file, { create: false }).open()).rejects.toMatchObject({ code: "STORE_NOT_FOUND" });
    expect(readdirSync(folder.path)).toEqual([]);
    await fill(store(), 1);
  });

  test("says what it is to SQLite's own tools", async () => {
    const one = store();
    await fill(one, 1);
    await one.close();
    const db = new DatabaseSync(folder.file);
    expect(db.prepare("PRAGMA application_id").get()).toEqual({ application_id: 0x504c5946 });
    expect(db.prepare("PRAGMA user_version").get()).toEqual({ user_version: 1 });
    expect(db.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
    expect(db.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
    db.close();
  });

  test("of a newer format is refused and left alone", async () => {
    const one = store();
    await fill(one, 3);
    await one.close();
    sql("PRAGMA user_version = 2");
    const before = readFileSync(folder.file);
    const refusal = { code: "STORE_FORMAT_NEWER", details: { format: 2, known: 1 } };
    await expect(store().open()).rejects.toMatchObject(refusal);
    await expect(openReader(folder.file, { thread: "caller" })).rejects.toMatchObject(refusal);
    expect(readFileSync(folder.file).equals(before)).toBe(true);
  });

  test.each([
    ["another program's database", () => sql("CREATE TABLE t (x)")],
    ["a database with another application id", () => sql("PRAGMA application_id = 7")],
    ["a text", () => writeFileSync(folder.file, "to be or not to be ".repeat(100))],
    ["a short text", () => writeFileSync(folder.file, "hello")],
    ["a folder", () => mkdirSync(folder.file), "STORE_PATH_INVALID"],
  ])("that is %s is refused and left alone", async (_what, make, code = "STORE_FOREIGN") => {
    make();
    const names = readdirSync(folder.path);
    const size = statSync(folder.file).size;
    await expect(store().open()).rejects.toMatchObject({ code, retryable: false });
    await expect(openReader(folder.file, { thread: "caller" })).rejects.toMatchObject({ code });
    expect(readdirSync(folder.path)).toEqual(names);
    expect(statSync(folder.file).size).toBe(size);
  });

  test("may be empty", async () => {
    writeFileSync(folder.file, "");
    await fill(store(), 2);
  });

  test("that is missing cannot be read", async () => {
    await expect(openReader(folder.file)).rejects.toMatchObject({ code: "STORE_NOT_FOUND" });
  });

  test.each([
    ["the file", () => chmodSync(folder.file, 0o444), "read up to 3"],
    ["the file and the folder", () => [chmodSync(folder.file, 0o444), chmodSync(folder.path, 0o555)], "read up to 3"],
    ["nothing of the file", () => chmodSync(folder.file, 0), "STORE_READ_ONLY"],
  ])("is refused to a user who may only read %s", async (_what, restrict, read) => {
    const one = store();
    await fill(one, 3);
    await one.close();
    chmodSync(folder.path, 0o755);
    restrict();
    expect(await output(folder.program("other-user", folder.file))).toBe(`STORE_READ_ONLY, ${read}`);
    chmodSync(folder.path, 0o755);
  });

  test("in a folder that may not be written is not made", async () => {
    chmodSync(folder.path, 0o555);
    expect(await output(folder.program("other-user", folder.file))).toBe("STORE_READ_ONLY, STORE_NOT_FOUND");
    chmodSync(folder.path, 0o755);
  });

  test("with a damaged page refuses to open, and reads up to it", async () => {
    const one = store();
    await fill(one, 40, 15_000);
    await one.close();
    // The tree of `frames` points to frame 20 through this page; what it says afterwards makes no sense.
    const db = new DatabaseSync(folder.file);
    const found = db
      .prepare("SELECT pageno FROM dbstat WHERE name = 'frames' AND pagetype = 'leaf' ORDER BY path LIMIT 1 OFFSET 19")
      .get();
    const { page_size: size } = db.prepare("PRAGMA page_size").get() as { page_size: number };
    db.close();
    const bytes = readFileSync(folder.file);
    bytes.fill(0xff, (Number(found?.pageno) - 1) * size, Number(found?.pageno) * size);
    writeFileSync(folder.file, bytes);

    await expect(store().open()).rejects.toMatchObject({ code: "STORE_CORRUPT", details: { reason: "unreadable" } });
    const reader = folder.use(await openReader(folder.file, { thread: "caller" }));
    const report = await reader.verify();
    expect(report.ok).toBe(false);
    expect(report.damage?.seq).toBe(report.lastSeq + 1);
    expect(report.frames).toBeGreaterThan(0);
    let frames = 0;
    const reading = async (): Promise<void> => {
      for await (const _ of reader.read(1)) frames += 1;
    };
    await expect(reading()).rejects.toMatchObject({ code: "STORE_CORRUPT", details: { seq: report.damage?.seq } });
    expect(frames).toBe(report.frames);
  });

  test("cut short by something else refuses to open", async () => {
    const one = store();
    await fill(one, 40, 15_000);
    await one.close();
    writeFileSync(folder.file, readFileSync(folder.file).subarray(0, 100_000));
    await expect(store().open()).rejects.toMatchObject({ code: "STORE_CORRUPT", retryable: false });
  });

  test("that lost a table refuses to open", async () => {
    const one = store();
    await fill(one, 4);
    await one.close();
    sql("DROP TABLE snapshots");
    await expect(store().open()).rejects.toMatchObject({ code: "STORE_CORRUPT" });
  });

  test("is one however it is named", async () => {
    await fill(store(), 1);
    const link = join(folder.path, "link.db");
    symlinkSync(folder.file, link);
    await expect(store(link).open()).rejects.toMatchObject({ code: "STORE_LOCKED" });
  });

  test("does not keep an erased payload anywhere", async () => {
    const one = store();
    const chain = await fill(one, 1);
    const secret = "the colour of the bicycle shed is green ".repeat(500);
    await one.append(await chain.next(), [{ key: "k", owner: 1, bytes: new TextEncoder().encode(secret) }]);
    await one.erasePayloads(["k"]);
    for (const name of readdirSync(folder.path)) {
      expect(readFileSync(join(folder.path, name)).includes("bicycle"), name).toBe(false);
    }
  });

  test("grows no log without bounds", { timeout: 40_000 }, async () => {
    const one = store();
    await fill(one, 700, 120_000);
    expect(statSync(`${folder.file}-wal`).size).toBeLessThan(40 * 1_048_576);
    expect(statSync(folder.file).size).toBeGreaterThan(50 * 1_048_576);
    await one.close();
    expect(existsSync(`${folder.file}-wal`)).toBe(false);
  });
});
