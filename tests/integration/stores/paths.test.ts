import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { PolyphonError } from "../../../npm/src/errors/error.ts";
import { Place } from "./place.ts";

vi.setConfig({ testTimeout: 60_000 });
const MAIN = fileURLToPath(new URL("../../../npm/src/cli/main.ts", import.meta.url));
const VISITOR = fileURLToPath(new URL("./fixtures/visitor.ts", import.meta.url));
const IS_LINUX = process.platform === "linux";
const CAN_MOUNT = IS_LINUX && spawnSync("unshare", ["-m", "true"]).status === 0;

const PLAN = `orchestrator:
  task_definitions: {unit_tests: [{id: A, template: quick}]}
templates: {quick: {argv: ["true"], cwd: "{{config_dir}}"}}
`;

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

const inPlace = (...names: string[]): string => join(place.path, ...names);

/** The path, once something was done about it. */
const after = (_done: unknown, path: string): string => path;

/** Paths with what makes them impossible and what is said of it. */
const IMPOSSIBLE: readonly (readonly [string, () => string, string])[] = [
  ["a folder", () => after(mkdirSync(inPlace("x.db")), inPlace("x.db")), "x.db is a folder; choose another path"],
  ["below a file", () => after(writeFileSync(inPlace("file"), ""), inPlace("file", "x.db")), "file is not a folder;"],
  [
    "far below a file",
    () => after(writeFileSync(inPlace("file"), ""), inPlace("file", "a", "b", "x.db")),
    "file is not a folder;",
  ],
  [
    "a link to nowhere",
    () => after(symlinkSync(inPlace("gone", "y.db"), inPlace("x.db")), inPlace("x.db")),
    "x.db is a link to something",
  ],
  [
    "below a link to nowhere",
    () => after(symlinkSync(inPlace("gone"), inPlace("folder")), inPlace("folder", "x.db")),
    "folder is a link to something",
  ],
  [
    "a link to itself",
    () => after(symlinkSync(inPlace("x.db"), inPlace("x.db")), inPlace("x.db")),
    "leads in a circle",
  ],
  ["too long a name", () => inPlace(`${"x".repeat(300)}.db`), "is too long a name"],
  ["a pipe", () => after(execFileSync("mkfifo", [inPlace("x.db")]), inPlace("x.db")), "x.db is not a file;"],
  ["a device", () => "/dev/null", "/dev/null is not a file;"],
];

describe.skipIf(process.platform === "win32")("where no journal can be:", () => {
  test.each(IMPOSSIBLE)("%s is said as it is", async (_what, make, sentence) => {
    const file = make();
    const before = readdirSync(place.path);
    const error = (await place.open(file).catch((failure: unknown) => failure)) as PolyphonError;
    expect(error).toMatchObject({ code: "STORE_PATH_INVALID", retryable: false, details: { file } });
    expect(error.message).toContain(sentence);
    const left = readdirSync(place.path).filter((name) => !name.endsWith(".lock"));
    expect(left, "nothing is left there").toEqual(before);
  });

  test("the command line says so in a line, and how to go on", () => {
    writeFileSync(inPlace("file"), "");
    writeFileSync(inPlace("plan.yaml"), PLAN);
    const run = polyphon("run", inPlace("plan.yaml"), "--db", inPlace("file", "x.db"));
    expect(run.status, run.stderr).toBe(2);
    expect(run.stderr).toMatch(/^error STORE_PATH_INVALID.*file is not a folder; choose another path/m);
    expect(run.stderr).not.toMatch(/\n\s+at /);
  });

  test.skipIf(!IS_LINUX)("a folder that takes no files is named", async () => {
    const error = (await place.open("/proc/polyphon/x.db").catch((failure: unknown) => failure)) as PolyphonError;
    expect(error).toMatchObject({ code: "STORE_PATH_INVALID" });
    expect(error.message).toMatch(/\/proc takes no new files or folders \(ENOENT\); choose another path/);
  });
});

// Windows has other permissions, which its file system checks without being asked.
describe.skipIf(process.platform === "win32")("where this user may write nothing", () => {
  test.each([
    ["a folder that may not be written", "x.db", 0o555, "may not be written: permission denied (EACCES)"],
    [
      "a new folder in one that may not be written",
      "new/x.db",
      0o555,
      "may not be written: permission denied (EACCES)",
    ],
    ["a folder that may not be entered", "x.db", 0o700, "may not be looked at: permission denied (EACCES)"],
  ])("%s is named", (_what, name, mode, sentence) => {
    const file = inPlace("folder", name);
    mkdirSync(inPlace("folder"));
    chmodSync(place.path, 0o755);
    chmodSync(inPlace("folder"), mode);
    const said = spawnSync(process.execPath, [VISITOR, file], { encoding: "utf8" }).stdout;
    chmodSync(inPlace("folder"), 0o755);
    expect(said).toMatch(/^STORE_READ_ONLY/);
    expect(said).toContain(sentence);
  });

  // Only root may mount, and only where it is not kept from it.
  test.skipIf(!CAN_MOUNT)("a file system that is mounted read-only is named", () => {
    chmodSync(place.path, 0o755);
    mkdirSync(inPlace("mounted"));
    const file = inPlace("mounted", "x.db");
    const script = 'mount -t tmpfs -o ro none "$1" && exec "$2" "$3" "$4"';
    const args = ["-m", "sh", "-c", script, "sh", dirname(file), process.execPath, VISITOR, file];
    const said = spawnSync("unshare", args, { encoding: "utf8" }).stdout;
    expect(said).toMatch(/^STORE_READ_ONLY/);
    expect(said).toContain("mounted may not be written: its file system is mounted read-only; choose another path");
  });
});

function polyphon(...args: string[]): { readonly status: number | null; readonly stderr: string } {
  return spawnSync(process.execPath, ["--no-warnings", MAIN, ...args], { encoding: "utf8", timeout: 30_000 });
}
