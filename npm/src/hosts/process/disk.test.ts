import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { folderBytes } from "./disk.ts";

const root = mkdtempSync(join(tmpdir(), "polyphon-disk-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("folderBytes", () => {
  it("adds up files in all folders, a file with two names once, and follows no links", async () => {
    mkdirSync(join(root, "a", "b"), { recursive: true });
    writeFileSync(join(root, "one"), Buffer.alloc(1_000));
    writeFileSync(join(root, "a", "b", "two"), Buffer.alloc(200));
    linkSync(join(root, "one"), join(root, "a", "one-again"));
    symlinkSync(root, join(root, "a", "loop"));
    symlinkSync("/etc/passwd", join(root, "a", "elsewhere"));
    expect(await folderBytes(root)).toBe(1_200);
  });

  it("is 0 for a folder that is not there", async () => {
    expect(await folderBytes(join(root, "nowhere"))).toBe(0);
  });
});
