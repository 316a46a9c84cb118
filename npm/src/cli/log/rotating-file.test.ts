import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RotatingFile } from "./rotating-file.ts";

let folder = "";
let nowMs = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "polyphon-log-"));
  nowMs = Date.UTC(2026, 0, 10);
});
afterEach(() => {
  chmodSync(folder, 0o755);
  rmSync(folder, { recursive: true, force: true });
});

const DAY_MS = 86_400_000;
const open = (rotationBytes: number): RotatingFile =>
  new RotatingFile(join(folder, "deep", "team.log"), { rotationBytes, retentionMs: 7 * DAY_MS, now: () => nowMs });
const read = (name: string): string => readFileSync(join(folder, "deep", name), "utf8");
const names = (): readonly string[] => readdirSync(join(folder, "deep")).sort();

test("a full file is closed and a new one begun; no line is cut and none is lost", () => {
  const file = open(12);
  for (const line of ["one", "two", "three", "a line longer than all"]) file.write(line);
  file.write("end");
  file.close();
  // Three were closed within one millisecond.
  expect(names()).toEqual([
    "team.2026-01-10T00-00-00-000Z.log",
    "team.2026-01-10T00-00-00-001Z.log",
    "team.2026-01-10T00-00-00-002Z.log",
    "team.log",
  ]);
  expect(names().map(read)).toEqual(["one\ntwo\n", "three\n", "a line longer than all\n", "end\n"]);
});

test("a file goes on where an earlier run left it, and counts what is in it", () => {
  const first = open(12);
  first.write("12345");
  first.close();
  const second = open(12);
  second.write("12345");
  second.write("6");
  second.close();
  expect(names().map(read)).toEqual(["12345\n12345\n", "6\n"]);
});

test("closed files are kept for their time, and nothing else in the folder is touched", () => {
  const first = open(4);
  for (const line of ["one", "two"]) first.write(line);
  first.close();
  for (const name of ["other.2020-01-01T00-00-00-000Z.log", "team.2020.log", "team.txt"]) {
    writeFileSync(join(folder, "deep", name), "");
  }
  nowMs += 7 * DAY_MS;
  open(4).close();
  expect(names()).toContain("team.2026-01-10T00-00-00-000Z.log");
  nowMs += 1;
  open(4).close();
  expect(names()).toEqual(["other.2020-01-01T00-00-00-000Z.log", "team.2020.log", "team.log", "team.txt"]);
  expect(read("team.log")).toBe("two\n");
});

test("a place where no file can be is said", () => {
  writeFileSync(join(folder, "deep"), "a file");
  expect(() => open(4)).toThrow(/EEXIST|ENOTDIR/);
  expect(existsSync(join(folder, "deep"))).toBe(true);
});
