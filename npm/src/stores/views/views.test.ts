import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sqliteStore } from "../sqlite/sqlite-store.ts";
import type { EventRow, SessionRow, TaskRow } from "./tables.ts";
import { openViews, openViewsReader, type Views, type ViewsOf, type ViewsReader, viewsFile } from "./views.ts";

const session = (n: number, changes: Partial<SessionRow> = {}): SessionRow => ({
  id: `session_${n}`,
  name: `run ${n}`,
  status: "running",
  startedMs: 1_000 + n,
  endedMs: null,
  percentage: 12.5,
  configHash: "ab",
  view: JSON.stringify({ n }),
  ...changes,
});
const task = (key: string, changes: Partial<TaskRow> = {}): TaskRow => ({
  session: "session_1",
  key,
  taskId: `task_${key}`,
  status: "pending",
  agent: null,
  attempts: 0,
  startedMs: null,
  endedMs: null,
  view: "{}",
  ...changes,
});
const event = (seq: number): EventRow => ({ seq, session: "session_1", kind: "TaskDone", atMs: seq, view: "{}" });

describe("the views of a journal", () => {
  const of: ViewsOf = { journalId: "a".repeat(32), lastSeq: 1_000_000 };
  const opened: ViewsReader[] = [];
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "polyphon-views-"));
    file = join(folder, "team.db");
  });
  afterEach(async () => {
    for (const views of opened.splice(0)) await views.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const open = async (which: ViewsOf = of, eventsMax = 100): Promise<Views> => {
    const views = await openViews(file, which, { thread: "caller", eventsMax });
    opened.push(views);
    return views;
  };
  const edit = (sql: string): void => {
    const db = new DatabaseSync(viewsFile(file));
    db.exec(sql);
    db.close();
  };

  test("lie beside it", () => {
    expect(viewsFile("/a/team.db")).toBe("/a/team.views.db");
    expect(viewsFile("team")).toBe("team.views.db");
  });

  test("answer what was written, and for which sequence", async () => {
    const views = await open();
    expect(await views.query("sessions")).toEqual({ asOfSeq: 0, rows: [] });
    expect(await views.applyRows(7, { sessions: [session(1), session(2)], tasks: [task("B"), task("A")] })).toBe(true);
    expect(await views.query("sessions")).toEqual({ asOfSeq: 7, rows: [session(2), session(1)] });
    expect((await views.query("tasks")).rows).toEqual([task("B"), task("A")]);
    expect((await views.query("sessions", { limit: 1, offset: 1 })).rows).toEqual([session(1)]);
  });

  test("replace a row by its key", async () => {
    const views = await open();
    await views.applyRows(1, { sessions: [session(1)], tasks: [task("A"), task("B")] });
    const ended = session(1, { status: "completed", endedMs: 9 });
    await views.applyRows(2, { sessions: [ended], tasks: [task("A", { status: "running", agent: "x", attempts: 1 })] });
    expect((await views.query("sessions", { where: { status: "completed" } })).rows).toEqual([ended]);
    expect((await views.query("sessions", { where: { endedMs: null } })).rows).toEqual([]);
    expect((await views.query("tasks", { where: { session: "session_1" } })).rows.map((row) => row.status)).toEqual([
      "running",
      "pending",
    ]);
  });

  test("keep attempts and escalations", async () => {
    const views = await open();
    const attempt = { session: "session_1", task: "A", number: 1, fence: 12, agent: "x", outcome: "failed" };
    const first = { ...attempt, startedMs: 1, endedMs: 2, view: "{}" };
    const second = { ...first, number: 2, fence: 15, outcome: "running", endedMs: null };
    const raised = { id: "escalation_1", session: "session_1", task: "A", severity: "critical", raisedMs: 5 };
    const escalation = { ...raised, resolvedMs: null, decision: null, view: "{}" };
    await views.applyRows(1, { attempts: [second, first], escalations: [escalation] });
    expect((await views.query("attempts", { where: { task: "A" } })).rows).toEqual([first, second]);
    expect((await views.query("escalations", { where: { decision: null } })).rows).toEqual([escalation]);
  });

  test("ignore what they have already", async () => {
    const views = await open();
    await views.applyRows(5, { sessions: [session(1, { status: "completed" })] });
    expect(await views.applyRows(5, { sessions: [session(1)] })).toBe(false);
    expect(await views.applyRows(3, { sessions: [session(1)] })).toBe(false);
    expect((await views.query("sessions")).rows[0]?.status).toBe("completed");
    expect(await views.watermark()).toBe(5);
  });

  test("keep the newest events only", async () => {
    const views = await open(of, 10);
    await views.applyRows(8, { events: [1, 2, 3, 8].map(event) });
    await views.applyRows(15, { events: [9, 15].map(event) });
    expect((await views.query("events")).rows.map((row) => row.seq)).toEqual([8, 9, 15]);
    expect((await views.query("events", { fromSeq: 9 })).rows.map((row) => row.seq)).toEqual([9, 15]);
  });

  test("forget a session everywhere", async () => {
    const views = await open();
    await views.applyRows(1, { sessions: [session(1), session(2)], tasks: [task("A")], events: [event(1)] });
    await views.applyRows(2, {}, ["session_1"]);
    expect((await views.query("sessions")).rows).toEqual([session(2)]);
    for (const table of ["tasks", "events"] as const) expect((await views.query(table)).rows).toEqual([]);
  });

  test("write all or nothing", async () => {
    const views = await open();
    const broken = session(2, { name: null as unknown as string });
    await expect(views.applyRows(4, { sessions: [session(1), broken] })).rejects.toMatchObject({ code: "STORE_IO" });
    expect(await views.query("sessions")).toEqual({ asOfSeq: 0, rows: [] });
  });

  test("are there after a restart, and for readers beside it", async () => {
    const views = await open();
    await views.applyRows(4, { sessions: [session(1)] });
    const reader = await openViewsReader(file);
    opened.push(reader);
    expect(await reader.query("sessions")).toEqual({ asOfSeq: 4, rows: [session(1)] });
    await views.applyRows(5, { sessions: [session(2)] });
    expect(await reader.watermark()).toBe(5);
    await views.close();
    expect(await (await open()).watermark()).toBe(5);
  });

  test.each([
    ["are gone", () => rmSync(viewsFile(file))],
    ["are of another format", () => edit("PRAGMA user_version = 99")],
    ["lost a table", () => edit("DROP TABLE meta")],
    ["are empty", () => writeFileSync(viewsFile(file), "")],
    [
      "are damaged",
      () => {
        const bytes = readFileSync(viewsFile(file));
        writeFileSync(viewsFile(file), bytes.fill(0xff, 100));
      },
    ],
  ])("are made anew when they %s", async (_what, spoil) => {
    const views = await open();
    await views.applyRows(4, { sessions: [session(1)] });
    await views.close();
    spoil();
    const again = await open();
    expect(await again.query("sessions")).toEqual({ asOfSeq: 0, rows: [] });
    await again.applyRows(1, { sessions: [session(3)] });
    expect((await again.query("sessions")).rows).toEqual([session(3)]);
  });

  test.each([
    ["another journal", { ...of, journalId: "b".repeat(32) }],
    ["a journal that ends before them", { ...of, lastSeq: 3 }],
  ])("are made anew for %s", async (_what, other) => {
    const views = await open();
    await views.applyRows(4, { sessions: [session(1)] });
    await views.close();
    expect(await (await open(other)).watermark()).toBe(0);
  });

  test("can be emptied", async () => {
    const views = await open();
    await views.applyRows(4, { sessions: [session(1)] });
    await views.reset();
    expect(await views.query("sessions")).toEqual({ asOfSeq: 0, rows: [] });
    expect(await views.applyRows(1, {})).toBe(true);
  });

  test("leave a foreign file alone", async () => {
    edit("CREATE TABLE mine (x)");
    await expect(open()).rejects.toMatchObject({ code: "STORE_FOREIGN" });
    await expect(openViewsReader(file)).rejects.toMatchObject({ code: "STORE_FOREIGN" });
    writeFileSync(viewsFile(file), "to be or not to be ".repeat(100));
    await expect(open()).rejects.toMatchObject({ code: "STORE_FOREIGN" });
    expect(readFileSync(viewsFile(file), "utf8")).toContain("or not to be");
  });

  test("that are not there cannot be read", async () => {
    await expect(openViewsReader(file)).rejects.toMatchObject({ code: "STORE_NOT_FOUND" });
    expect(existsSync(viewsFile(file))).toBe(false);
  });

  test("belong to a journal by its identity", async () => {
    const store = sqliteStore(file, { thread: "caller" });
    const { journalId, lastSeq } = await store.open();
    const views = await open({ journalId, lastSeq });
    expect(await views.watermark()).toBe(0);
    await store.close();
  });
});
