import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { fileArtifactKeeper } from "./file-keeper.ts";

const root = mkdtempSync(join(tmpdir(), "polyphon-artifacts-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function sha256(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function* pieces(): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < 3; i++) yield Buffer.alloc(300_000, i);
}

describe("fileArtifactKeeper", () => {
  it("keeps texts, bytes, streams and files by their content", async () => {
    const folder = join(root, "kinds");
    const keeper = fileArtifactKeeper(folder);
    const file = join(root, "big.bin");
    writeFileSync(file, Buffer.alloc(1_000_000, 7));
    const whole = Buffer.concat([0, 1, 2].map((i) => Buffer.alloc(300_000, i)));
    const cases = [
      ["text", "häuser", Buffer.from("häuser")],
      ["bytes", new Uint8Array([1, 2, 3]), Buffer.from([1, 2, 3])],
      ["empty", "", Buffer.alloc(0)],
      ["stream", pieces(), whole],
      ["file", { path: file }, Buffer.alloc(1_000_000, 7)],
    ] as const;
    for (const [name, content, bytes] of cases) {
      const hash = sha256(bytes);
      const path = join(folder, hash.slice(0, 2), hash);
      expect(await keeper.keep(name, content)).toEqual({ name, path, bytes: bytes.length, sha256: hash });
      expect(readFileSync(path).equals(bytes)).toBe(true);
    }
    expect(readdirSync(join(folder, "incoming"))).toEqual([]);
  });

  it("keeps the same bytes once, also at the same time and from two keepers", async () => {
    const folder = join(root, "once");
    const [one, two] = [fileArtifactKeeper(folder), fileArtifactKeeper(folder)];
    const kept = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? one : two).keep(`n${i}`, "same")));
    expect(new Set(kept.map(({ path }) => path)).size).toBe(1);
    expect(readdirSync(join(folder, sha256("same").slice(0, 2)))).toHaveLength(1);
    expect(readdirSync(join(folder, "incoming"))).toEqual([]);
  });

  it.runIf(process.platform === "linux")("answers only after the file, then its folders are on disk", async () => {
    const folder = join(root, "synced");
    const probe = await open(root, "r");
    const prototype = Object.getPrototypeOf(probe) as { sync(): Promise<void> };
    await probe.close();
    const synced: string[] = [];
    const sync = vi.spyOn(prototype, "sync").mockImplementation(async function (this: { fd: number }) {
      synced.push(readlinkSync(`/proc/self/fd/${this.fd}`));
    });
    await fileArtifactKeeper(folder).keep("a", "text");
    sync.mockRestore();
    const shard = join(folder, sha256("text").slice(0, 2));
    expect(synced).toEqual([expect.stringContaining(join(folder, "incoming")), folder, shard]);
  });

  it("refuses what is no file, is too large or breaks off, and leaves nothing behind", async () => {
    const folder = join(root, "refused");
    const keeper = fileArtifactKeeper(folder, { maxBytes: 10 });
    const code = "HOST_ARTIFACT_FAILED";
    await expect(keeper.keep("a", { path: join(root, "nowhere") })).rejects.toMatchObject({
      code,
      errorType: "system_error",
    });
    await expect(keeper.keep("a", { path: root })).rejects.toMatchObject({
      code,
      message: expect.stringContaining("no regular file"),
    });
    await expect(keeper.keep("a", "eleven bytes")).rejects.toMatchObject({
      code,
      message: expect.stringContaining("larger than 10 bytes"),
    });
    await expect(keeper.keep("a", brokenStream())).rejects.toMatchObject({ code, errorType: "resource_exhaustion" });
    expect(readdirSync(folder)).toEqual(["incoming"]);
    expect(readdirSync(join(folder, "incoming"))).toEqual([]);
    await expect(keeper.keep("a", "ten bytes!")).resolves.toMatchObject({ bytes: 10 });
  });

  it("removes what a process that died left half-written, and nothing of this one", async () => {
    const folder = join(root, "left");
    mkdirSync(join(folder, "incoming"), { recursive: true });
    writeFileSync(join(folder, "incoming", "1-0"), "half");
    writeFileSync(join(folder, "incoming", `${process.pid}-0`), "being written");
    await fileArtifactKeeper(folder).keep("a", "text");
    expect(readdirSync(join(folder, "incoming"))).toEqual([`${process.pid}-0`]);
  });
});

async function* brokenStream(): AsyncGenerator<Uint8Array> {
  yield Buffer.from("x");
  throw Object.assign(new Error("no space"), { code: "ENOSPC" });
}
