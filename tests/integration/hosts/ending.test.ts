import { afterAll, describe, expect, it } from "vitest";
import { processTable } from "../../../npm/src/hosts/process/linux/process-table.ts";
import { stopReason } from "../../../npm/src/hosts/stop.ts";
import { RecordingSink } from "../../../npm/src/hosts/testing/attempts.ts";
import { Bench, IS_LINUX, type Ran, runs, until } from "./harness.ts";

const bench = new Bench();
afterAll(() => bench.close());

const results = [{ format: "jsonl" }] as const;

/** Starts a family of three and answers when all of them run. */
async function family(
  mode: string,
  graceMs: number,
  on: Bench = bench,
): Promise<{ stop: AbortController; ran: Promise<Ran> }> {
  const stop = new AbortController();
  const sink = new RecordingSink();
  const ran = on.fixture("family.mjs", [mode], {
    sink,
    signal: stop.signal,
    attempt: { graceMs },
    program: { results },
  });
  await until(() => sink.progressed.length > 0);
  return { stop, ran };
}

/** The group of the program that runs for a team. */
function processOf(teamId: string): number | undefined {
  const table = processTable();
  const found = table?.pids().find((pid) => table.environment(pid)?.get("POLYPHON_TEAM") === teamId);
  return found === undefined ? undefined : table?.stat(found)?.group;
}

function pidsOf(ran: Ran): readonly number[] {
  return (ran.result.output as { pids: number[] }).pids;
}

describe("the end of a program", () => {
  it("is polite first: the whole group is asked and may end by itself", async () => {
    const { stop, ran } = await family("polite", 30_000);
    stop.abort(stopReason("timeout", "600 s are over"));
    const done = await ran;
    expect(done.result).toMatchObject({
      ok: false,
      exitCode: 0,
      error: { type: "timeout", message: "600 s are over" },
    });
    const said = done.sink.logged.map(({ text }) => text);
    for (const role of ["leader", "child", "grandchild"]) expect(said).toContain(`${role} was asked to end`);
    expect(pidsOf(done)).toHaveLength(3);
    expect(pidsOf(done).filter(runs)).toEqual([]);
  });

  it.runIf(IS_LINUX)("is not taken for life while all of it is stopped", async () => {
    expect(bench.host.alive?.("agent_1")).toBe(true);
    const { stop, ran } = await family("polite", 30_000);
    expect(bench.host.alive?.("agent_1")).toBe(true);
    const group = Number(processOf(bench.teamId));
    process.kill(-group, "SIGSTOP");
    await until(() => bench.host.alive?.("agent_1") === false);
    expect(bench.host.alive?.("agent_2")).toBe(true);
    process.kill(-group, "SIGCONT");
    await until(() => bench.host.alive?.("agent_1") === true);
    stop.abort(stopReason("timeout", "600 s are over"));
    expect((await ran).result.error?.type).toBe("timeout");
  });

  it("is forced on a group that ignores it, after the grace period and not before", async () => {
    const { stop, ran } = await family("stubborn", 400);
    const abortedAt = performance.now();
    stop.abort(stopReason("cancelled", "the session was cancelled"));
    const done = await ran;
    expect(performance.now() - abortedAt).toBeGreaterThanOrEqual(395);
    expect(done.result).toMatchObject({
      ok: false,
      exitCode: null,
      error: { type: "cancelled", details: { signal: "SIGKILL" } },
    });
    expect(pidsOf(done)).toHaveLength(3);
    expect(pidsOf(done).filter(runs)).toEqual([]);
  });

  it("ends what the program left behind in its group", async () => {
    const { ran } = await family("leave", 1_000);
    const done = await ran;
    expect(done.result).toMatchObject({ ok: true, exitCode: 0 });
    expect(pidsOf(done)).toHaveLength(3);
    expect(pidsOf(done).filter(runs)).toEqual([]);
    expect(done.sink.logged).toContainEqual({
      level: "warn",
      text: "processes that the program left behind were ended",
    });
  });

  it.runIf(IS_LINUX)("finds what left the group and still holds its pipes open", async () => {
    const { ran } = await family("stray", 1_000);
    const done = await ran;
    expect(done.result).toMatchObject({ ok: true, exitCode: 0 });
    expect(pidsOf(done)).toHaveLength(3);
    expect(pidsOf(done).filter(runs)).toEqual([]);
    expect(done.sink.logged).toContainEqual({
      level: "warn",
      text: "processes that had left the program's group were ended",
    });
  });

  it("comes before the start for an attempt that is already over", async () => {
    const { result } = await bench.fixture("exit.mjs", ["0"], {
      signal: AbortSignal.abort(stopReason("cancelled", "too late")),
    });
    expect(result).toMatchObject({ ok: false, exitCode: null, error: { type: "cancelled", message: "too late" } });
  });

  it("comes for all that runs when the host is closed, and nothing starts after it", async () => {
    const other = new Bench();
    const { ran: running } = await family("polite", 30_000, other);
    await other.close();
    const done = await running;
    expect(done.result).toMatchObject({ ok: false, error: { type: "cancelled", message: "the host was closed" } });
    expect(pidsOf(done).filter(runs)).toEqual([]);
    expect((await other.fixture("exit.mjs", ["0"])).result).toMatchObject({
      ok: false,
      error: { code: "HOST_CLOSED" },
    });
  });
});
