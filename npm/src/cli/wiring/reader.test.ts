import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Polyphon } from "../../node.ts";
import { examine } from "./examine.ts";
import { openTeamReader } from "./reader.ts";

let folder: string;
let db: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "reader-"));
  db = join(folder, "team.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Two tasks, one after the other, done by a function. */
async function worked(): Promise<string> {
  await using team = await Polyphon.open(db);
  team.agent("writer", { capabilities: ["writing"] }, () => ({ words: 3 }));
  const session = team.orchestrate({
    name: "letters",
    tasks: [
      { key: "draft", needs: ["writing"] },
      { key: "send", needs: ["writing"], after: ["draft"] },
    ],
  });
  await session.result;
  return session.id;
}

describe("reading a database", () => {
  it("shows its sessions, agents and tries", async () => {
    const id = await worked();
    const reader = await openTeamReader(db);
    const [summary, ...more] = await reader.sessions();
    expect(more).toEqual([]);
    expect(summary).toMatchObject({
      id,
      name: "letters",
      status: "completed",
      percentage: 100,
      tasks: 2,
      completed: 2,
    });
    const view = await reader.session(id).view();
    expect(view.tasks.map((task) => [task.id, task.status, task.attempts, task.agent])).toEqual([
      ["draft", "completed", 1, "writer"],
      ["send", "completed", 1, "writer"],
    ]);
    expect(view.tasks[0]?.output).toEqual({ words: 3 });
    expect(await reader.agents()).toMatchObject([{ name: "writer", capabilities: ["writing"], load: 0, tasks: [] }]);
    expect(await reader.escalations()).toEqual([]);
    await expect(reader.session("session_none").view()).rejects.toMatchObject({ code: "SESSION_UNKNOWN" });
    await reader.close();
  });

  it("says why a task does not run, and how much time is left", async () => {
    const team = await Polyphon.open(db);
    const begun = Promise.withResolvers<void>();
    team.agent("slow", { capabilities: ["work"] }, async (task) => {
      if (task.key === "second") {
        begun.resolve();
        await new Promise(() => undefined);
      }
    });
    const session = team.orchestrate({
      tasks: [
        { key: "first", needs: ["work"] },
        { key: "second", needs: ["work"], after: ["first"] },
        { key: "third", after: ["second"] },
        { key: "nobody", needs: ["juggling"] },
      ],
    });
    await session.recordFacts([{ kind: "to_derive", text: "how long the second takes" }]);
    await begun.promise;
    const reader = await openTeamReader(db);
    const view = await reader.session(session.id).view();
    expect(view.tasks.map(({ id, reason }) => [id, reason])).toEqual([
      ["first", null],
      ["second", null],
      ["third", "waits for second"],
      ["nobody", "no agent could take it"],
    ]);
    expect(view.etaMs).toBeGreaterThanOrEqual(0);
    expect(view.facts).toEqual([{ kind: "to_derive", text: "how long the second takes", source: "" }]);
    await reader.close();
    await team.close();
  });

  it("does so while a team owns it, and sees what is under way", async () => {
    await using team = await Polyphon.open(db);
    let finish: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    team.agent("slow", () => {
      begin();
      return held;
    });
    const session = team.orchestrate({ tasks: [{ key: "only" }] });
    await begun;
    const reader = await openTeamReader(db);
    expect((await reader.session(session.id).view()).tasks[0]).toMatchObject({ status: "running", agent: "slow" });
    expect(await reader.agents()).toMatchObject([{ name: "slow", status: "busy", tasks: ["only"] }]);
    await reader.close();
    finish();
    await session.result;
  });

  it("verifies a whole journal and names the place of damage", async () => {
    await worked();
    const reader = await openTeamReader(db);
    const whole = await reader.verify();
    expect(whole).toMatchObject({ ok: true, firstSeq: 1, problems: [] });
    expect(whole.stateHash).toMatch(/^[0-9a-f]{32}$/);
    await reader.close();
    const sql = new DatabaseSync(db);
    const { first_seq } = sql.prepare("SELECT first_seq FROM frames ORDER BY first_seq LIMIT 1 OFFSET 2").get() as {
      first_seq: number;
    };
    sql.prepare("UPDATE frames SET bytes = zeroblob(length(bytes)) WHERE first_seq = ?").run(first_seq);
    sql.close();
    const again = await openTeamReader(db);
    const damaged = await again.verify();
    expect(damaged).toMatchObject({
      ok: false,
      stateHash: null,
      problems: [{ code: "STORE_CORRUPT", seq: first_seq }],
    });
    await again.close();
  });

  it("replays to any event: every state between the first and the last", async () => {
    const id = await worked();
    const reader = await openTeamReader(db);
    const { lastSeq, stateHash } = await reader.verify();
    const seen = new Set<string>();
    for (let seq = 0; seq <= lastSeq; seq += 1) {
      const past = await reader.replay(seq);
      expect(past.seq).toBe(seq);
      const tasks = past.sessions.flatMap((session) => session.tasks);
      seen.add(tasks.map((task) => task.status).join(" "));
    }
    expect([...seen]).toEqual(expect.arrayContaining(["", "completed completed", "completed running"]));
    expect((await reader.replay(lastSeq)).stateHash).toBe(stateHash);
    expect((await reader.replay(lastSeq)).sessions[0]?.id).toBe(id);
    await expect(reader.replay(lastSeq + 1)).rejects.toMatchObject({ code: "CLI_USAGE" });
    await reader.close();
  });

  it("refuses a file that is none of ours", async () => {
    const sql = new DatabaseSync(db);
    sql.exec("CREATE TABLE t (x)");
    sql.close();
    await expect(openTeamReader(db)).rejects.toMatchObject({ code: "STORE_FOREIGN" });
  });
});

describe("examining the machine", () => {
  it("finds nothing wrong here, with or without a database", async () => {
    const before = await examine({ db });
    expect(before.find((check) => check.name === "database")?.found).toContain("is not there yet");
    await worked();
    const after = await examine({ db });
    expect(after.filter((check) => check.status === "failed")).toEqual([]);
    expect(after.find((check) => check.name === "database")?.found).toContain("events 1 to ");
    expect(after.find((check) => check.name === "kernel")?.status).toBe("ok");
  });

  it("names the owner of a database", async () => {
    await using team = await Polyphon.open(db);
    await team.health();
    expect((await examine({ db })).find((check) => check.name === "database")?.found).toContain(
      `owned by process ${process.pid}`,
    );
  });

  it("tells of a file that is none of ours, with a remedy", async () => {
    new DatabaseSync(db).exec("CREATE TABLE t (x)");
    expect((await examine({ db })).find((check) => check.name === "database")).toMatchObject({
      status: "failed",
      remedy: expect.stringMatching(/^Choose another path\. .*docs\/errors\/STORE_FOREIGN\.md$/),
    });
  });
});
