import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Disk, missing, type Writer } from "./disk.ts";
import { judge } from "./judge.ts";

const reason = missing();
if (reason !== undefined && process.env.CI !== undefined) throw new Error(reason);
const title = (name: string): string => (reason === undefined ? name : `${name} (skipped: ${reason})`);

describe.skipIf(reason !== undefined)(title("when the disk fails"), { timeout: 30_000 }, () => {
  let disk: Disk;
  let writer: Writer;
  beforeEach(async () => {
    disk = new Disk();
    writer = disk.writer();
    expect(await writer.tell("open")).toBe("done");
    expect(await writer.tell("append 20")).toBe("done");
  });
  afterEach(async () => {
    await writer.end();
    disk.remove();
  });

  describe.each([
    ["ENOSPC", "STORE_FULL"],
    ["EIO", "STORE_IO"],
  ] as const)("writes end with %s", (error, code) => {
    test.each([0, 1, 2, 5, 30, 131])(
      "after %i writes an append is refused, and goes on after a reopen",
      async (after) => {
        disk.fail("write", error, after);
        expect(await writer.tell("append 100")).toBe(`failed ${code}`);
        expect(await writer.tell("append 1")).toBe("failed STORE_HALTED");
        expect(await writer.tell("reopen"), "reopening while it lasts").toBe(`failed ${code}`);
        expect(await writer.tell("append 1")).toBe("failed STORE_HALTED");
        const promised = writer.acknowledged;
        disk.heal();
        expect(await writer.tell("reopen")).toBe("done");
        expect(writer.acknowledged).toBeGreaterThanOrEqual(promised);
        expect(await writer.tell("append 20")).toBe("done");
        await writer.end();
        expect(await judge(disk.file, writer.acknowledged)).toEqual([]);
      },
    );

    test("a new owner is refused while it lasts, and finds everything after", async () => {
      const { acknowledged } = writer;
      expect(await writer.tell("close")).toBe("done");
      disk.fail("write", error);
      expect(await writer.tell("open")).toBe(`failed ${code}`);
      disk.heal();
      expect(await writer.tell("open")).toBe("done");
      expect(writer.acknowledged).toBe(acknowledged);
    });
  });

  test("a full disk stops a snapshot and leaves appends alone", async () => {
    disk.fail("write", "ENOSPC", 40);
    expect(await writer.tell("snapshot")).toBe("failed STORE_FULL");
    disk.heal();
    expect(await writer.tell("append 5")).toBe("done");
    expect(await writer.tell("snapshot")).toBe("done");
    await writer.end();
    expect(await judge(disk.file, writer.acknowledged)).toEqual([]);
  });

  test.each([0, 1, 2, 3, 10])(
    "after a failed sync (%i passed) only what survives a power cut is reported",
    async (after) => {
      disk.fail("sync", "EIO", after);
      expect(await writer.tell("append 400")).toBe("failed STORE_IO");
      disk.heal();
      expect(await writer.tell("reopen")).toBe("done");
      const promised = writer.acknowledged;
      disk.fail("write", "CUT");
      expect(await writer.tell("append 1")).toBe("dead");
      expect(await judge(disk.file, promised)).toEqual([]);
    },
  );

  test("a failed sync is felt: without a reopen the power cut takes what it left", async () => {
    disk.fail("sync", "EIO");
    expect(await writer.tell("append 1")).toBe("failed STORE_IO");
    disk.fail("write", "CUT");
    await writer.tell("reopen");
    expect(await writer.end()).toBe("SIGKILL");
    expect(await judge(disk.file, 20)).toEqual([]);
    expect(await judge(disk.file, 21)).toEqual(["lost: 21 was acknowledged, 20 is there"]);
  });
});
