// A3, storage: records, atomic files, versions, conflicts, damage, crashes.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createFile, replaceFile } from "../../src/storage/atomic-file.ts";
import { diskFiles, hasCode } from "../../src/storage/files.ts";
import { type Damage, ModelStore } from "../../src/storage/model-store.ts";
import { decodeRecord, encodeRecord } from "../../src/storage/record.ts";
import { refusal, refuses, rejection, rejects } from "../support/assert.ts";
import { Crash, crashingFiles, failingFiles } from "../support/faulty-files.ts";
import { inFolder } from "../support/folder.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe("records", () => {
  it("give back what was written", () => {
    const value = { name: "Zoë | 株", list: [1, null, "2"], nested: { empty: {} } };
    assert.deepEqual(decodeRecord(encodeRecord(value)), value);
  });
  it("notice every cut", () => {
    const whole = encodeRecord({ cash: "1000000" });
    for (let length = 0; length < whole.length; length += 1) {
      refuses("RECORD_DAMAGED", () => decodeRecord(whole.subarray(0, length)));
    }
  });
  it("notice every flipped bit", () => {
    const whole = encodeRecord({ cash: "1000000" });
    for (let at = 0; at < whole.length; at += 1) {
      const flipped = Uint8Array.from(whole);
      flipped[at] = (flipped[at] as number) ^ 4;
      refuses("RECORD_DAMAGED", () => decodeRecord(flipped));
    }
  });
  it("name a format that is too new", () => {
    const newer = bytes("equity-record 2 2 0\n{}");
    assert.match(refusal("RECORD_DAMAGED", () => decodeRecord(newer)).message, /format 2 is not supported/);
  });
  it("refuse values without a JSON form", () => refuses("RECORD_DAMAGED", () => encodeRecord(undefined)));
});

describe("atomic files", () => {
  it("are replaced whole and leave nothing beside them", () =>
    inFolder(async (folder) => {
      const path = join(folder, "a");
      await replaceFile(path, bytes("one"));
      await replaceFile(path, bytes("two"));
      assert.deepEqual(await readdir(folder), ["a"]);
      assert.equal(await readFile(path, "utf8"), "two");
    }));
  it("keep the old bytes when the disk is full", () =>
    inFolder(async (folder) => {
      const path = join(folder, "a");
      await replaceFile(path, bytes("one"));
      await assert.rejects(replaceFile(path, bytes("two"), failingFiles("create", "ENOSPC")), { code: "ENOSPC" });
      await assert.rejects(replaceFile(path, bytes("two"), failingFiles("rename", "EIO")), { code: "EIO" });
      assert.equal(await readFile(path, "utf8"), "one");
      assert.deepEqual(await readdir(folder), ["a"]);
    }));
  it("are created once", () =>
    inFolder(async (folder) => {
      const path = join(folder, "a");
      await createFile(path, bytes("one"));
      await assert.rejects(createFile(path, bytes("two")), { code: "EEXIST" });
      assert.equal(await readFile(path, "utf8"), "one");
      assert.deepEqual(await readdir(folder), ["a"]);
    }));
  it("report a folder that does not exist", () =>
    inFolder((folder) => assert.rejects(replaceFile(join(folder, "no", "a"), bytes("")), { code: "ENOENT" })));
  it("report left-overs that cannot be removed", () =>
    inFolder((folder) =>
      assert.rejects(createFile(join(folder, "a"), bytes(""), failingFiles("remove", "EACCES")), { code: "EACCES" }),
    ));
  it("tell codes of the system from other errors", () => {
    assert.equal(hasCode(new Error("x"), "ENOENT"), false);
    assert.equal(hasCode("ENOENT", "ENOENT"), false);
  });
  it("store a large file completely", () =>
    inFolder(async (folder) => {
      const large = Buffer.alloc(8 << 20, 7);
      await replaceFile(join(folder, "a"), large);
      assert.ok(large.equals(await diskFiles.read(join(folder, "a"))));
    }));
});

describe("model store", () => {
  it("keeps every version", () =>
    inFolder(async (folder) => {
      const store = await ModelStore.open(join(folder, "new", "folder"));
      for (const version of [0, 1, 2]) await store.save("model", { version: version + 1 }, version);
      assert.deepEqual(await store.versions("model"), [1, 2, 3]);
      assert.deepEqual(await store.load("model", 2), { version: 2 });
      assert.deepEqual(await store.latest("model"), { version: 3, value: { version: 3 } });
    }));
  it("refuses a write made from an old version", () =>
    inFolder(async (folder) => {
      const store = await ModelStore.open(folder);
      await store.save("model", "one", 0);
      const error = await rejection("STORE_CONFLICT", store.save("model", "two", 0));
      assert.deepEqual(error.details, { name: "model", expected: 0, found: 1 });
    }));
  it("lets one of several writers of a version succeed", () =>
    inFolder(async (folder) => {
      const stores = await Promise.all(Array.from({ length: 8 }, () => ModelStore.open(folder)));
      const results = await Promise.allSettled(stores.map((store, at) => store.save("model", at, 0)));
      assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
      assert.deepEqual(await stores[0]?.versions("model"), [1]);
    }));
  it("updates from several sides without losing one", () =>
    inFolder(async (folder) => {
      const stores = await Promise.all(Array.from({ length: 6 }, () => ModelStore.open(folder)));
      const add = (store: ModelStore) => store.update<number>("counter", (value) => (value ?? 0) + 1);
      await Promise.all(stores.flatMap((store) => [add(store), add(store)]));
      assert.deepEqual(await stores[0]?.latest("counter"), { version: 12, value: 12 });
    }));
  it("gives up an update after its tries", () =>
    inFolder(async (folder) => {
      const busy = await ModelStore.open(folder, { files: failingFiles("link", "EEXIST") });
      await rejects(
        "STORE_CONFLICT",
        busy.update("model", () => 1, 3),
      );
    }));
  it("passes on what is wrong with the disk", () =>
    inFolder(async (folder) => {
      const store = await ModelStore.open(folder, { files: failingFiles("create", "ENOSPC") });
      await assert.rejects(store.save("model", 1, 0), { code: "ENOSPC" });
      await assert.rejects(
        store.update("model", () => 1),
        { code: "ENOSPC" },
      );
      const blind = await ModelStore.open(folder, { files: failingFiles("read", "EIO") });
      await assert.rejects(blind.load("model", 1), { code: "EIO" });
    }));
  it("falls back to the newest whole version and reports the damaged one", () =>
    inFolder(async (folder) => {
      const store = await ModelStore.open(folder);
      await store.save("model", "one", 0);
      await store.save("model", "two", 1);
      await writeFile(join(folder, "model.v00000002.rec"), 'equity-record 1 5 0\n"tw');
      const damages: Damage[] = [];
      assert.deepEqual(await store.latest("model", (damage) => damages.push(damage)), { version: 1, value: "one" });
      assert.deepEqual(
        damages.map(({ version }) => version),
        [2],
      );
      await rejects("RECORD_DAMAGED", store.load("model", 2));
    }));
  it("reports names and versions that are not there", () =>
    inFolder(async (folder) => {
      const store = await ModelStore.open(folder);
      await rejects("STORE_NOT_FOUND", store.latest("model"));
      await rejects("STORE_NOT_FOUND", store.load("model", 1));
      assert.deepEqual(await store.names(), []);
    }));
  for (const name of ["", "../etc", "A", "-a", "a".repeat(65), "a.b"]) {
    it(`refuses the name ${JSON.stringify(name.slice(0, 8))}`, () =>
      inFolder(async (folder) => rejects("STORE_NAME", (await ModelStore.open(folder)).save(name, 1, 0))));
  }
  it("keeps names apart and lists them", () =>
    inFolder(async (folder) => {
      const store = await ModelStore.open(folder);
      await store.save("b", 1, 0);
      await store.save("a", 2, 0);
      await writeFile(join(folder, "notes.txt"), "not ours");
      assert.deepEqual(await store.names(), ["a", "b"]);
      assert.deepEqual(await store.versions("a"), [1]);
    }));
  it("prunes old versions and goes on counting", () =>
    inFolder(async (folder) => {
      const store = await ModelStore.open(folder);
      for (const version of [0, 1, 2, 3]) await store.save("model", version, version);
      assert.deepEqual(await store.prune("model", 2), [1, 2]);
      assert.deepEqual(await store.prune("model", 2), []);
      assert.equal(await store.save("model", 4, 4), 5);
      await assert.rejects(store.prune("model", 0), RangeError);
    }));
});

describe("crashes", () => {
  for (const torn of [false, true]) {
    it(`leave the old or the new version, at every operation${torn ? ", torn writes included" : ""}`, () =>
      inFolder(async (folder) => {
        const seen = new Set<string>();
        for (let at = 1; ; at += 1) {
          const name = `run-${torn ? "torn" : "clean"}-${at}`;
          const sound = await ModelStore.open(folder);
          await sound.save(name, "old", 0);
          const { files, operations } = crashingFiles(at, torn);
          const outcome = await ModelStore.open(folder, { files })
            .then((store) => store.save(name, "new", 1))
            .catch((error: unknown) => error);
          const { version, value } = await (await ModelStore.recover(folder)).latest(name);
          assert.deepEqual([1, "old"].includes(version as never) ? [version, value] : [2, "new"], [version, value]);
          assert.ok(
            (await readdir(folder)).every((file) => file.endsWith(".rec")),
            "left-overs are removed",
          );
          if (outcome === 2) {
            assert.deepEqual([version, value], [2, "new"], "what was acknowledged is there");
            break;
          }
          assert.ok(outcome instanceof Crash);
          seen.add(operations[at - 1] as string);
        }
        assert.deepEqual([...seen].sort(), ["create", "link", "list", "mkdir", "remove", "syncFolder"]);
      }));
  }
  it("of a real process lose nothing that was acknowledged", () =>
    inFolder(async (folder) => {
      for (let round = 1; round <= 3; round += 1) {
        const home = join(folder, String(round));
        const writer = spawn(process.execPath, [join(import.meta.dirname, "../support/writer.ts"), home], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        let printed = "";
        writer.stdout.setEncoding("utf8").on("data", (text: string) => {
          printed += text;
        });
        while (printed.split("\n").length < 5) await sleep(5);
        await sleep(3 * round);
        writer.kill("SIGKILL");
        await once(writer, "close");
        const acknowledged = Number(printed.slice(0, printed.lastIndexOf("\n")).split("\n").at(-1));
        const store = await ModelStore.recover(home);
        const { version, value } = await store.latest<{ version: number }>("model");
        assert.equal(value.version, version);
        assert.ok(
          version === acknowledged || version === acknowledged + 1,
          `${acknowledged} acknowledged, ${version} found`,
        );
        assert.equal(await store.save("model", value, version), version + 1);
      }
    }));
});
