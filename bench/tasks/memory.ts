// What large states cost: memory, acknowledgement of a large plan, recovery after a kill.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Polyphon } from "polyphon/node";
import { quantile } from "../lib/quantiles.ts";
import type { Rows } from "../lib/rows.ts";
import { settledRss } from "./settled.ts";

/** 100,000 tasks nobody takes, above an idle team. */
export async function pendingTasks(rows: Rows): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "polyphon-bench-"));
  const team = await Polyphon.open(join(folder, "team.db"));
  const before = await settledRss();
  const tasks = Array.from({ length: 100_000 }, (_, index) => ({ key: `t${index}`, needs: ["nobody"] }));
  await team.orchestrate({ tasks }).ready;
  tasks.length = 0;
  rows.add("polyphon-sqlite-full", "rss_100000_pending_mb", ((await settledRss()) - before) / 1e6, "MB");
  const peak = process.resourceUsage().maxRSS * 1024;
  rows.add("polyphon-sqlite-full", "rss_100000_pending_peak_mb", (peak - before) / 1e6, "MB");
  await team.close();
  rmSync(folder, { recursive: true, force: true });
}

/** A plan of 10,000 tasks, from the call to its acknowledgement. */
export async function largePlan(rows: Rows): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "polyphon-bench-"));
  const team = await Polyphon.open(join(folder, "team.db"));
  const samples: number[] = [];
  for (let round = 0; round < 5; round++) {
    const tasks = Array.from({ length: 10_000 }, (_, index) => ({ key: `t${index}`, needs: ["nobody"] }));
    const began = performance.now();
    const session = team.orchestrate({ tasks });
    await session.ready;
    samples.push(performance.now() - began);
    await session.cancel();
    await session.result;
  }
  rows.add("polyphon-sqlite-full", "plan_10000_acknowledged_ms", quantile(samples, 0.5), "ms");
  await team.close();
  rmSync(folder, { recursive: true, force: true });
}

/** From the start of a process to its first grant, with 10,000 live tasks in a journal whose owner was killed. */
export async function recovery(rows: Rows): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "polyphon-bench-"));
  const file = join(folder, "team.db");
  await firstLine(spawnNode("recover.ts", ["fill", file]));
  const samples: number[] = [];
  for (let round = 0; round < 5; round++) {
    const began = performance.now();
    const child = spawnNode("recover.ts", ["recover", file]);
    await firstLine(child);
    samples.push(performance.now() - began);
  }
  rows.add("polyphon-sqlite-full", "recovery_10000_live_ms", quantile(samples, 0.5), "ms");
  rmSync(folder, { recursive: true, force: true });
}

function spawnNode(script: string, args: readonly string[]): ReturnType<typeof spawn> {
  return spawn(process.execPath, [join(import.meta.dirname, script), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Resolves at the first line a process prints, and kills it. */
function firstLine(child: ReturnType<typeof spawn>): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = false;
    child.stdout?.once("data", () => {
      seen = true;
      child.kill("SIGKILL");
    });
    child.on("exit", (code) =>
      seen ? resolve() : reject(new Error(`the process left with ${code} and said nothing`)),
    );
  });
}
