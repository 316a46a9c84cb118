import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { runCli } from "../../../npm/src/cli/program.ts";
import { systemContext } from "../../../npm/src/cli/system/context.ts";
import { systemRuntime } from "../../../npm/src/cli/wiring/runtime.ts";
import { Polyphon } from "../../../npm/src/node.ts";

vi.setConfig({ testTimeout: 60_000 });
const IS_LINUX = process.platform === "linux";
const folder = mkdtempSync(join(tmpdir(), "polyphon-bad-files-"));
const inFolder = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** One command with the runtime of a real process. */
async function polyphon(...argv: readonly string[]): Promise<Said> {
  let out = "";
  let err = "";
  const code = await runCli(
    argv,
    {
      ...systemContext(systemRuntime()),
      cwd: folder,
      env: {},
      stdout: { write: (text) => (out += text), isTTY: false },
      stderr: { write: (text) => (err += text), isTTY: false },
      prompts: { available: false, ask: async () => undefined },
    },
    "0.0.0-test",
  );
  return { code, out, err };
}

/** Nothing on standard output; the code, a sentence and the remedy on standard error; no stack, and nothing endless. */
function expectClear({ code, out, err }: Said, exit: number, error: RegExp): void {
  expect({ code, out, err }).toMatchObject({ code: exit, out: "" });
  expect(err).toMatch(error);
  expect(err).toMatch(/^error [A-Z]+_[A-Z_]+: .+$/m);
  expect(err).toMatch(/^ {2}remedy {2}\S.+$/m);
  expect(err).toMatch(/^ {2}more {4}\S.+$/m);
  expect(err).not.toMatch(/^\s+at .*[:(]\d+/m);
  expect(err.length).toBeLessThan(20_000);
}

const PLAN = `orchestrator:
  name: plan
  task_definitions:
    unit_tests:
      - {id: A, template: quick}
templates:
  quick: {argv: ["true"], cwd: "{{config_dir}}"}
`;

/** What is in a file, and the first thing that is said of it, with its place. */
const TEXTS: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
  [
    "binary",
    Uint8Array.from({ length: 4_096 }, (_, index) => (index * 37) & 0xff),
    /bad\.yaml:\d+:\d+ .*CONFIG_ENCODING/,
  ],
  ["of invalid UTF-8", Buffer.from([0x61, 0x3a, 0x20, 0xff, 0xfe, 0x0a]), /bad\.yaml:1:4 .*CONFIG_ENCODING/],
  ["of UTF-16", Buffer.from(`\ufeff${PLAN}`, "utf16le"), /bad\.yaml:1:1 .*CONFIG_ENCODING/],
  ["with a NUL", PLAN.replace("plan", "pl\0an"), /bad\.yaml:2:\d+ .*CONFIG_ENCODING/],
  ["deep", `x-a: ${"[".repeat(100_000)}`, /bad\.yaml:1:\d+ .*CONFIG_TOO_DEEP/],
  [
    "with a key twice",
    PLAN.replace("  name: plan", "  name: plan\n  name: other"),
    /bad\.yaml:3:3 .*CONFIG_DUPLICATE_KEY/,
  ],
  ["with a block twice", `${PLAN}${PLAN}`, /bad\.yaml:8:1 .*CONFIG_DUPLICATE_KEY/],
  [
    "with CRLF and a wrong type",
    PLAN.replace("name: plan", "name: [1]").replaceAll("\n", "\r\n"),
    /bad\.yaml:2:9 .*CONFIG_TYPE/,
  ],
  [
    "with a byte order mark and a wrong type",
    `\ufeff${PLAN.replace("name: plan", "name: [1]")}`,
    /bad\.yaml:2:9 .*CONFIG_TYPE/,
  ],
  ["with an unknown key", PLAN.replace("name:", "nmae:"), /bad\.yaml:2:3 .*CONFIG_UNKNOWN_KEY/],
  [
    "with a circle",
    PLAN.replace("quick}\n", "quick, dependencies: [B]}\n      - {id: B, template: quick, dependencies: [A]}\n"),
    /bad\.yaml:\d+:\d+ .*CONFIG_CYCLE/,
  ],
  [
    "with a dependency that is not there",
    PLAN.replace("quick}", "quick, dependencies: [Z]}"),
    /bad\.yaml:5:\d+ .*CONFIG_UNKNOWN_DEPENDENCY/,
  ],
  ["with a number out of range", `${PLAN}failure_handling: {max_retries: -1}\n`, /bad\.yaml:8:\d+ .*CONFIG_RANGE/],
  ["with tabs", "orchestrator:\n\tname: x\n", /bad\.yaml:2:1 .*CONFIG_TAB/],
  ["with an alias without end", "a: &a [*a]\n", /bad\.yaml:1:\d+ .*CONFIG_ALIAS/],
  ["with a key of prototypes", "__proto__: {a: 1}\n", /bad\.yaml:1:1 .*CONFIG_FORBIDDEN_KEY/],
  ["that is a list", "- a\n", /bad\.yaml:1:1 .*CONFIG_TYPE/],
  ["cut off", PLAN.slice(0, PLAN.indexOf("quick}")), /bad\.yaml:\d+:\d+ .*CONFIG_SYNTAX/],
];

describe("a configuration file", () => {
  describe.each(TEXTS)("%s", (_what, content, said) => {
    test.each([["check"], ["run"], ["doctor"]])("is told of by %s in its place, with exit code 2", async (command) => {
      writeFileSync(inFolder("bad.yaml"), content);
      expectClear(await polyphon(command, "bad.yaml"), 2, said);
    });
  });

  test.each([
    ["empty", ""],
    ["of blanks and comments", "\n  # nothing\n\n"],
  ])("that is %s is one of defaults, and check warns that it has no tasks", async (_what, content) => {
    writeFileSync(inFolder("bad.yaml"), content);
    const { code, out } = await polyphon("check", "bad.yaml");
    expect(code).toBe(0);
    expect(out).toMatch(/bad\.yaml:\d+:\d+.*CONFIG_NO_TASKS/);
    expect((await polyphon("doctor", "bad.yaml")).code).toBe(0);
  });

  const PLACES: readonly (readonly [string, () => void, RegExp])[] = [
    ["missing", () => undefined, /CONFIG_FILE_NOT_FOUND/],
    ["a folder", () => mkdirSync(inFolder("odd.yaml")), /"odd\.yaml" is not a regular file/],
    ["a link to itself", () => symlinkSync(inFolder("odd.yaml"), inFolder("odd.yaml")), /cannot be read \(ELOOP\)/],
    ["a pipe, which nobody waits for", () => execFileSync("mkfifo", [inFolder("odd.yaml")]), /is not a regular file/],
    ["larger than 64 MiB", () => sparse(inFolder("odd.yaml"), (64 << 20) + 1), /CONFIG_TOO_LARGE/],
    ["unreadable", () => symlinkSync("/proc/self/mem", inFolder("odd.yaml")), /cannot be read \(E[A-Z]+\)/],
  ];
  // Windows has no pipes among its files, and no /proc.
  test.skipIf(!IS_LINUX).each(PLACES)("that is %s is named", async (_what, make, said) => {
    for (const command of ["check", "run", "doctor"]) {
      rmSync(inFolder("odd.yaml"), { recursive: true, force: true });
      make();
      expectClear(await polyphon(command, "odd.yaml"), 2, said);
    }
    rmSync(inFolder("odd.yaml"), { recursive: true, force: true });
  });
});

/** Every command that opens a database, with what it is given. */
const READERS: readonly (readonly string[])[] = [
  ["sessions"],
  ["show", "last"],
  ["report", "last"],
  ["agents"],
  ["escalations"],
  ["approve", "A"],
  ["retry", "A"],
  ["abort", "A"],
  ["cancel", "last"],
  ["pause", "last"],
  ["resume", "last"],
  ["verify", "FILE"],
  ["replay", "FILE", "--until", "1"],
  ["replay", "FILE"],
];

function sparse(file: string, bytes: number): void {
  writeFileSync(file, "");
  truncateSync(file, bytes);
}

describe("a database file", () => {
  const good = inFolder("good.db");
  beforeAll(async () => {
    const team = await Polyphon.open(good);
    team.agent("worker", () => "done");
    for (let session = 0; session < 20; session++) await team.orchestrate({ tasks: [{ key: "a" }] }).result;
    await team.close();
  });

  const FILES: readonly (readonly [string, (file: string) => void, number, RegExp])[] = [
    ["missing", () => undefined, 2, /CLI_NO_DATABASE: There is no database at|CLI_USAGE: .* cannot be read \(ENOENT\)/],
    ["empty", (file) => writeFileSync(file, ""), 2, /CLI_NO_DATABASE: .* is empty|CLI_USAGE: .* is no repro file/],
    ["a folder", (file) => mkdirSync(file), 2, /CLI_NO_DATABASE: .* is not a file|CLI_USAGE: .*(EISDIR|no repro file)/],
    ["a pipe, which nobody waits for", (file) => execFileSync("mkfifo", [file]), 2, /is not a file|no repro file/],
    ["a text", (file) => writeFileSync(file, PLAN.repeat(50)), 2, /STORE_FOREIGN|no repro file/],
    ["binary", (file) => writeFileSync(file, Buffer.alloc(20_000, 0xa7)), 2, /STORE_FOREIGN|no repro file/],
    ["huge and full of nothing", (file) => sparse(file, 2 ** 33), 2, /STORE_FOREIGN|no repro file/],
    ["another program's", (file) => sql(file, "CREATE TABLE t (x)"), 2, /STORE_FOREIGN|no repro file/],
    ["of a newer version", (file) => copied(file, "PRAGMA user_version = 9"), 3, /STORE_FORMAT_NEWER|no repro file/],
    ["without its tables", (file) => copied(file, "DROP TABLE frames"), 3, /STORE_CORRUPT|no repro file/],
    ["cut short", (file) => copied(file, 9_000), 3, /STORE_CORRUPT|no repro file/],
  ];
  function sql(file: string, text: string): void {
    const db = new DatabaseSync(file);
    db.exec(text);
    db.close();
  }
  function copied(file: string, change: string | number): void {
    copyFileSync(good, file);
    if (typeof change === "number") truncateSync(file, change);
    else sql(file, change);
  }

  // Windows has no pipes among its files.
  describe.skipIf(!IS_LINUX).each(FILES)("that is %s", (_what, make, exit, said) => {
    test.each(READERS)("is told of by %s", async (...argv) => {
      const file = inFolder("odd.db");
      rmSync(file, { recursive: true, force: true });
      make(file);
      // What SQLite itself keeps beside a database of its own is no concern of ours.
      const names = (): readonly string[] => readdirSync(folder).filter((name) => !/-(?:shm|wal)$/.test(name));
      const before = names();
      const named = argv.includes("FILE");
      const given = argv.map((word) => (word === "FILE" ? file : word));
      // Without --until, replay reads no database but a repro file, and says so.
      const isRepro = argv[0] === "replay" && argv.length === 2;
      const result = await polyphon(...given, ...(named ? [] : ["--db", file]));
      // Of a database that can be opened, verify says all that is wrong.
      if (argv[0] === "verify" && result.out !== "") {
        expect(result).toMatchObject({ code: 3, out: expect.stringMatching(/odd\.db: damaged\n[\s\S]*STORE_CORRUPT/) });
      } else expectClear(result, isRepro ? 2 : exit, said);
      expect(names(), "nothing is left beside it").toEqual(before);
      for (const name of [file, `${file}-shm`, `${file}-wal`]) rmSync(name, { recursive: true, force: true });
    });
  });
});
