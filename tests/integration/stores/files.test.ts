import { execFileSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openTeamReader } from "../../../npm/src/cli/wiring/reader.ts";
import type { PolyphonError } from "../../../npm/src/errors/error.ts";
import { output, Place } from "./place.ts";

vi.setConfig({ testTimeout: 60_000 });
let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

const sql = (text: string): void => {
  const db = new DatabaseSync(place.file);
  db.exec(text);
  db.close();
};

/** What opening the team is refused with: a code, and a message that names the file. */
async function refusal(): Promise<PolyphonError> {
  const error = (await place.open().then(
    () => undefined,
    (failure: unknown) => failure,
  )) as PolyphonError;
  expect(error, "it must be refused").toBeDefined();
  expect(error.name).toBe("PolyphonError");
  expect(error.message).toContain("team.db");
  return error;
}

/** Everything the sessions said is still there, and the team works. */
async function expectWhole(ids: readonly string[]): Promise<void> {
  const team = await place.open();
  for (const id of ids) {
    expect(await team.session(id).result).toMatchObject({
      status: "completed",
      outputs: { a: `a ${"y".repeat(700)}` },
    });
  }
  await place.run(team, 1);
  await place.closeTeams();
}

async function made(sessions: number): Promise<readonly string[]> {
  const ids = await place.run(await place.open(), sessions);
  await place.closeTeams();
  return ids;
}

async function verdict(): Promise<{ readonly ok: boolean; readonly codes: readonly string[] }> {
  try {
    const reader = await openTeamReader(place.file);
    try {
      const { ok, problems } = await reader.verify();
      return { ok, codes: problems.map(({ code }) => code) };
    } finally {
      await reader.close();
    }
  } catch (error) {
    return { ok: false, codes: [(error as PolyphonError).code] };
  }
}

describe("a file that is no journal of this version is refused and left alone:", () => {
  test.each([
    ["a folder", () => mkdirSync(place.file), "STORE_PATH_INVALID"],
    ["a text", () => writeFileSync(place.file, "to be or not to be ".repeat(100)), "STORE_FOREIGN"],
    ["another program's database", () => sql("CREATE TABLE t (x)"), "STORE_FOREIGN"],
    [
      "a link into a folder that is not there",
      () => symlinkSync(join(place.path, "no", "x.db"), place.file),
      "STORE_PATH_INVALID",
    ],
    ["a pipe, which would be waited for", () => execFileSync("mkfifo", [place.file]), "STORE_PATH_INVALID"],
  ])("%s", async (_what, make, code) => {
    make();
    const before = readdirSync(place.path).filter((name) => !name.includes(".lock"));
    expect(await refusal()).toMatchObject({ code });
    expect(readdirSync(place.path).filter((name) => !name.includes(".lock"))).toEqual(before);
  });

  test("a newer one, which opens again with the version that made it", async () => {
    const ids = await made(2);
    sql("PRAGMA user_version = 2");
    expect(await refusal()).toMatchObject({ code: "STORE_FORMAT_NEWER", details: { format: 2, known: 1 } });
    sql("PRAGMA user_version = 1");
    await expectWhole(ids);
  });
});

describe("another user", () => {
  test.each([
    ["the file", () => chmodSync(place.file, 0o444)],
    ["the file and its folder", () => [chmodSync(place.file, 0o444), chmodSync(place.path, 0o555)]],
    ["nothing of the file", () => chmodSync(place.file, 0)],
  ])("who may only read %s is refused, and harms nothing", async (_what, restrict) => {
    const ids = await made(2);
    chmodSync(place.path, 0o755);
    restrict();
    expect(await output(place.program("visitor", place.file))).toMatch(/^STORE_READ_ONLY: sqlite:team\.db/);
    chmodSync(place.path, 0o755);
    chmodSync(place.file, 0o644);
    await expectWhole(ids);
  });
});

describe("two owners", () => {
  test("of one process: the second is refused, the first goes on", async () => {
    const team = await place.open();
    expect(await refusal()).toMatchObject({ code: "STORE_LOCKED", retryable: true, details: { pid: process.pid } });
    const ids = await place.run(team, 1);
    await place.closeTeams();
    await expectWhole(ids);
  });

  test("of two processes: the second is told of the first, and takes over when that is killed", async () => {
    const { child, ids } = await place.owner(2);
    const error = await refusal();
    expect(error).toMatchObject({ code: "STORE_LOCKED", details: { pid: child.pid, host: hostname() } });
    expect(error.message).toContain(`process ${child.pid}`);
    child.kill("SIGKILL");
    await once(child, "exit");
    await expectWhole(ids);
  });
});

describe("a damaged file", () => {
  test("cut short anywhere is refused", async () => {
    await made(8);
    const bytes = readFileSync(place.file);
    for (const share of [0.1, 0.5, 0.9, 0.99]) {
      writeFileSync(place.file, bytes.subarray(0, Math.floor(bytes.length * share)));
      expect(await refusal()).toMatchObject({ code: "STORE_CORRUPT", retryable: false });
      expect(await verdict()).toMatchObject({ ok: false, codes: ["STORE_CORRUPT"] });
      for (const suffix of ["-wal", "-shm"]) rmSync(`${place.file}${suffix}`, { force: true });
    }
  });

  test("with one bit flipped anywhere never tells what was not so", { timeout: 180_000 }, async () => {
    const ids = await made(8);
    const bytes = readFileSync(place.file);
    const seen = { whole: 0, damaged: 0 };
    let state = 7;
    for (let n = 0; n < 24; n++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const at = state % bytes.length;
      const damaged = Uint8Array.from(bytes);
      damaged[at] = (damaged[at] as number) ^ (1 << (state >>> 29));
      writeFileSync(place.file, damaged);
      const { ok, codes } = await verdict();
      expect(
        codes.every((code) => code === "STORE_CORRUPT" || code === "STORE_FOREIGN"),
        codes.join(),
      ).toBe(true);
      const failures = await readAll(ids);
      for (const { code } of failures) {
        expect(["STORE_CORRUPT", "STORE_FOREIGN", "STORE_FORMAT_NEWER"], `byte ${at}`).toContain(code);
      }
      // Whatever reading stumbles over, `verify` has named.
      if (failures.length > 0) expect(ok, `byte ${at}`).toBe(false);
      seen[ok ? "whole" : "damaged"]++;
      for (const suffix of ["-wal", "-shm"]) rmSync(`${place.file}${suffix}`, { force: true });
    }
    expect(seen.whole).toBeGreaterThan(0);
    expect(seen.damaged).toBeGreaterThan(2);
  });

  /** Opens the team and asks for every session: what comes is as it was, or an error. */
  async function readAll(ids: readonly string[]): Promise<readonly PolyphonError[]> {
    const failures: PolyphonError[] = [];
    try {
      const team = await place.open();
      for (const id of ids) {
        await team.session(id).result.then(
          ({ outputs }) => expect(outputs).toEqual({ a: `a ${"y".repeat(700)}` }),
          (error: PolyphonError) => failures.push(error),
        );
      }
    } catch (error) {
      if ((error as PolyphonError).code === undefined) throw error;
      failures.push(error as PolyphonError);
    }
    await place.closeTeams();
    return failures;
  }
});

describe("the log of a killed owner", () => {
  /** Bytes of the log and of the file as a kill leaves them. */
  async function killed(): Promise<{ readonly ids: readonly string[]; readonly log: Uint8Array; restore(): void }> {
    const { child, ids } = await place.owner(6);
    child.kill("SIGKILL");
    await once(child, "exit");
    const file = readFileSync(place.file);
    const log = readFileSync(`${place.file}-wal`);
    const restore = (): void => {
      writeFileSync(place.file, file);
      rmSync(`${place.file}-shm`, { force: true });
    };
    return { ids, log, restore };
  }

  test("is read to its end, and damage before its last commit is refused instead of taking commits away", async () => {
    const { ids, log, restore } = await killed();
    const refused: boolean[] = [];
    for (const share of [0, 0.002, 0.3, 0.6, 0.8]) {
      const damaged = Uint8Array.from(log);
      const at = Math.floor(damaged.length * share) + 40;
      damaged[at] = (damaged[at] as number) ^ 0x10;
      restore();
      writeFileSync(`${place.file}-wal`, damaged);
      expect(await refusal()).toMatchObject({ code: "STORE_CORRUPT", details: { reason: "log" } });
      refused.push(true);
    }
    expect(refused).toHaveLength(5);
    restore();
    writeFileSync(`${place.file}-wal`, log);
    await expectWhole(ids);
  });

  test("torn in its last commit loses that commit only", async () => {
    const { ids, log, restore } = await killed();
    restore();
    writeFileSync(`${place.file}-wal`, log.subarray(0, log.length - 100));
    const team = await place.open();
    for (const id of ids.slice(0, -1)) expect((await team.session(id).result).status).toBe("completed");
    expect((await team.session(ids.at(-1) as string).result).status).toBe("completed");
  });
});

describe("a file that goes away under a running team", () => {
  test("is noticed at the next commit: nothing more is acknowledged, and the team can be closed", async () => {
    const team = await place.open();
    const ids = await place.run(team, 2);
    renameSync(place.file, `${place.file}.away`);
    const error = (await team
      .orchestrate({ tasks: [{ key: "a" }] })
      .result.catch((failure: unknown) => failure)) as PolyphonError;
    expect(error).toMatchObject({ code: "STORE_NOT_FOUND" });
    expect(error.message).toContain("removed or replaced");
    await place.closeTeams();
    expect(existsSync(place.file)).toBe(false);
    renameSync(`${place.file}.away`, place.file);
    await expectWhole(ids);
  });

  test("goes on when it is put back in time", async () => {
    const team = await place.open();
    const ids = await place.run(team, 2);
    renameSync(place.file, `${place.file}.away`);
    const session = team.orchestrate({ tasks: [{ key: "a" }] });
    const outcome = session.ready.then(
      () => "acknowledged",
      (error: PolyphonError) => error.code,
    );
    await vi.waitFor(
      () => expect(place.troubles.map((trouble) => (trouble as PolyphonError).code)).toContain("STORE_NOT_FOUND"),
      10_000,
    );
    renameSync(`${place.file}.away`, place.file);
    expect(["acknowledged", "STORE_IO"]).toContain(await outcome);
    await place.run(team, 1);
    await place.closeTeams();
    await expectWhole(ids);
  });

  test("and comes back older is refused", async () => {
    const team = await place.open();
    await place.run(team, 2);
    await place.closeTeams();
    copyFileSync(place.file, `${place.file}.old`);
    const again = await place.open();
    const ids = await place.run(again, 2);
    renameSync(place.file, `${place.file}.away`);
    renameSync(`${place.file}-wal`, `${place.file}.away-wal`);
    copyFileSync(`${place.file}.old`, place.file);
    const error = (await again
      .orchestrate({ tasks: [{ key: "a" }] })
      .result.catch((failure: unknown) => failure)) as PolyphonError;
    expect(error).toMatchObject({ code: "STORE_CORRUPT" });
    expect(error.message).toContain("older copy");
    await place.closeTeams();
    for (const suffix of ["", "-wal", "-shm"]) rmSync(`${place.file}${suffix}`, { force: true });
    renameSync(`${place.file}.away`, place.file);
    renameSync(`${place.file}.away-wal`, `${place.file}-wal`);
    await expectWhole(ids);
  });
});

test("without its snapshots a journal adds up to the same state", async () => {
  const team = await place.open();
  for (let n = 0; n < 24; n++) {
    await Promise.all(Array.from({ length: 500 }, () => team.orchestrate({ tasks: [{ key: "a" }] }).result));
  }
  await vi.waitFor(async () => expect((await team.health()).snapshotSeq).toBeGreaterThan(0), 20_000);
  const last = team.sessions()[0]?.id as string;
  await place.closeTeams();
  const hashes = async (): Promise<readonly (string | null)[]> => {
    const reader = await openTeamReader(place.file);
    const { stateHash, lastSeq, ok, problems } = await reader.verify();
    expect(problems).toEqual([]);
    expect(ok).toBe(true);
    const replayed = await reader.replay(lastSeq);
    await reader.close();
    return [stateHash, replayed.stateHash];
  };
  const before = await hashes();
  sql("DELETE FROM snapshots; DELETE FROM snapshot_chunks");
  const after = await hashes();
  expect(before[0]).toMatch(/^[0-9a-f]{32}$/);
  expect([...before, ...after]).toEqual([before[0], before[0], before[0], before[0]]);
  expect(statSync(place.file).size).toBeGreaterThan(0);
  const again = await place.open();
  expect((await again.session(last).result).status).toBe("completed");
});
