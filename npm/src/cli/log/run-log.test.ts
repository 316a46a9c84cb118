import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseConfig } from "../../config/load.ts";
import { PolyphonError } from "../../errors/error.ts";
import { pass, Teams } from "../../team/testing/teams.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { RunLog } from "./run-log.ts";

const teams = new Teams();
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "polyphon-log-"));
});
afterEach(async () => {
  await teams.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Line {
  readonly timestamp: string;
  readonly level: string;
  readonly source: string;
  readonly event: string;
  readonly session?: string;
  readonly task?: string;
  readonly agent?: string;
  readonly message?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A run of two tasks, one of which fails once, logged as `yaml` says. */
async function logged(yaml: string): Promise<{ readonly lines: readonly Line[]; readonly id: string }> {
  const { monitoring } = parseConfig([{ file: "a.yaml", text: yaml }]);
  const clock = new FakeClock();
  const team = await teams.open({ clock });
  const path = join(folder, "team.log");
  const log = new RunLog({ path, monitoring, clock, trouble: (error) => expect.fail(error.message) });
  log.follow(team);
  let tries = 0;
  await team.agent("ada", (task, ctx) => {
    ctx.log.warn(`at ${task.key}`);
    if (task.key === "b" && tries++ === 0) throw Object.assign(new Error("no route"), { errorType: "network_error" });
    return "done";
  }).ready;
  const session = team.orchestrate({ tasks: [{ key: "a" }, { key: "b" }], recovery: { retryDelayMs: 1_000 } });
  const id = await session.ready;
  await pass(clock, 30_000);
  await session.result;
  log.troubled(new PolyphonError("STORE_IO", { message: "a disk" }));
  log.close();
  const files = readdirSync(folder).sort();
  const text = files.map((name) => readFileSync(join(folder, name), "utf8")).join("");
  return {
    id,
    lines: text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Line),
  };
}

test("a run leaves a line for each thing that happened, with session, task and agent", async () => {
  const { lines, id } = await logged("monitoring: {metrics_interval: 10}");
  const of = (event: string): readonly Line[] => lines.filter((line) => line.event === event);
  expect(of("task_assigned")).toHaveLength(3);
  expect(
    of("task_completed").map(({ task, agent, session, level, source }) => [task, agent, session, level, source]),
  ).toEqual([
    ["a", "ada", id, "info", "task"],
    ["b", "ada", id, "info", "task"],
  ]);
  expect(of("task_attempt_failed")[0]).toMatchObject({
    level: "warn",
    task: "b",
    details: { error: "network_error: no route" },
  });
  expect(of("log").map(({ message, task, details }) => [message, task, details?.attempt])).toEqual([
    ["at a", "a", 1],
    ["at b", "b", 1],
    ["at b", "b", 2],
  ]);
  expect(of("session_ended")[0]).toMatchObject({ level: "info", session: id, details: { status: "completed" } });
  expect(of("trouble")[0]).toMatchObject({ level: "error", message: "a disk", details: { code: "STORE_IO" } });
  for (const { timestamp } of lines) expect(new Date(timestamp).toISOString()).toBe(timestamp);
  // Details of how it came about are for those who ask for them.
  expect(of("task_added")).toEqual([]);
});

test.each([
  [5, 6],
  [10, 3],
  [40, 0],
])("metrics come every %i s: %i lines in half a minute", async (interval, count) => {
  const { lines } = await logged(`monitoring: {metrics_interval: ${interval}}`);
  const metrics = lines.filter(({ event }) => event === "metrics");
  expect(metrics).toHaveLength(count);
  for (const { details } of metrics) {
    expect(details).toMatchObject({ running: 0, completed: 2, failedTries: 1, agents: 1, agentsAtWork: 0 });
  }
});

test("log_level says what the least severe line is", async () => {
  const severities = async (level: string): Promise<readonly string[]> => {
    const { lines } = await logged(`orchestrator: {log_level: ${level}}`);
    rmSync(folder, { recursive: true });
    return [...new Set(lines.map((line) => line.level))].sort();
  };
  expect(await severities("DEBUG")).toEqual(["debug", "error", "info", "warn"]);
  expect(await severities("INFO")).toEqual(["error", "info", "warn"]);
  expect(await severities("WARNING")).toEqual(["error", "warn"]);
  expect(await severities("ERROR")).toEqual(["error"]);
});

test("log_rotation_size says how large a file grows", async () => {
  const { lines } = await logged("monitoring: {log_rotation_size: 1KB}");
  expect(readdirSync(folder).length).toBeGreaterThan(2);
  expect(lines.filter(({ event }) => event === "task_completed")).toHaveLength(2);
});

test("a log that cannot be written is told of once, and nothing else is kept from running", async () => {
  const { monitoring } = parseConfig([{ file: "a.yaml", text: "" }]);
  const clock = new FakeClock();
  const team = await teams.open({ clock });
  writeFileSync(join(folder, "logs"), "a file where a folder should be");
  const troubles: unknown[] = [];
  const path = join(folder, "logs", "team.log");
  const log = new RunLog({ path, monitoring, clock, trouble: (error) => troubles.push(error) });
  log.follow(team);
  team.agent("ada", () => "done");
  expect((await team.orchestrate({ tasks: [{ key: "a" }] }).result).status).toBe("completed");
  log.close();
  expect(troubles).toEqual([expect.objectContaining({ code: "CLI_LOG_WRITE" })]);
});
