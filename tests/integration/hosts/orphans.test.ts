import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ProcessTable } from "../../../npm/src/hosts/process/linux/process-table.ts";
import { Bench, FIXTURES, IS_LINUX, runs, until } from "./harness.ts";

const bench = new Bench();
afterAll(() => bench.close());

/** Processes of a team by attempt, read as an outsider would. */
function processesOf(teamId: string): Map<string, number[]> {
  const table = new ProcessTable();
  const found = new Map<string, number[]>();
  for (const pid of table.pids()) {
    const environment = table.environment(pid);
    const attempt = environment?.get("POLYPHON_ATTEMPT");
    if (attempt === undefined || environment?.get("POLYPHON_TEAM") !== teamId || !runs(pid)) continue;
    found.set(attempt, [...(found.get(attempt) ?? []), pid]);
  }
  return found;
}

/** An orchestrator with two attempts of three processes each. */
async function orchestrator(teamId: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(FIXTURES, "orchestrator.mjs"), bench.root, teamId], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (chunk) => {
    said += String(chunk);
  });
  await until(() => said.includes("task_a.1") && said.includes("task_b.2"));
  return child;
}

describe.runIf(IS_LINUX)("orphans of an orchestrator that was killed", () => {
  it("go on, are found by the next one and ended by group, those that are fenced and no others", async () => {
    const child = await orchestrator(bench.teamId);
    child.kill("SIGKILL");
    await once(child, "exit");
    const left = processesOf(bench.teamId);
    expect([left.get("task_a.1")?.length, left.get("task_b.2")?.length]).toEqual([3, 3]);

    const stranger = new Bench();
    expect(await stranger.host.reapOrphans(() => true)).toEqual([]);
    await stranger.close();

    const asked = new Set<string>();
    const reaped = await bench.host.reapOrphans((id) => {
      asked.add(id);
      return id === "task_a.1";
    });
    expect([...asked].sort()).toEqual(["task_a.1", "task_b.2"]);
    expect(reaped.map(({ pid }) => pid).sort()).toEqual(left.get("task_a.1")?.toSorted());
    for (const orphan of reaped) {
      expect(orphan).toMatchObject({
        attemptId: "task_a.1",
        ended: true,
        command: expect.stringContaining("family.mjs stubborn"),
      });
    }
    expect(new Set(reaped.map(({ group }) => group)).size).toBe(1);
    expect(processesOf(bench.teamId)).toEqual(new Map([["task_b.2", left.get("task_b.2")]]));

    expect(await bench.host.reapOrphans(() => true)).toHaveLength(3);
    expect(processesOf(bench.teamId)).toEqual(new Map());
    expect(await bench.host.reapOrphans(() => true)).toEqual([]);
  });

  it("are not the processes that asks, nor those it descends from", async () => {
    const script = `
      import { processHost } from ${JSON.stringify(new URL("../../../npm/src/hosts/process/host.ts", import.meta.url).href)};
      import { systemClock } from ${JSON.stringify(new URL("../../../npm/src/runtime/clock.ts", import.meta.url).href)};
      const host = processHost({ clock: systemClock(), teamId: process.env.POLYPHON_TEAM });
      console.log(JSON.stringify({ type: "result", output: await host.reapOrphans(() => true) }));`;
    const argv = [process.execPath, "--input-type=module", "-e", script] as const;
    const { result } = await bench.run({ argv, cwd: bench.root, results: [{ format: "jsonl" }] });
    expect(result).toMatchObject({ ok: true, output: [] });
  });
});
