// Durable tasks, side by side with what people use instead. Each part runs in a process of its own, so that none finds the
// memory or the garbage of another.
// usage: npm run bench -- tasks [--json] [--tasks N] [--only NAME,…]
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Row, Rows } from "../lib/rows.ts";
import { sayGoals } from "./goals.ts";
import { kernelInWasm, kernelNative } from "./kernel.ts";
import { largePlan, pendingTasks, recovery } from "./memory.ts";
import { bullmq } from "./peers/bullmq.ts";
import { pqueue } from "./peers/p-queue.ts";
import { pgboss } from "./peers/pg-boss.ts";
import { polyphon, syncs } from "./polyphon.ts";
import { countingSyncs } from "./syncs.ts";

const { values } = parseArgs({
  options: { json: { type: "boolean" }, tasks: { type: "string" }, only: { type: "string" }, part: { type: "string" } },
});
const tasks = Number(values.tasks ?? 100_000);

const parts: Readonly<Record<string, (rows: Rows) => Promise<void>>> = {
  "polyphon-sqlite-full": (rows) => polyphon(rows, "polyphon-sqlite-full", tasks),
  "polyphon-memory": (rows) => polyphon(rows, "polyphon-memory", tasks),
  syncs: (rows) => syncs(rows, Math.min(tasks, 30_000)),
  "p-queue": (rows) => pqueue(rows, tasks),
  bullmq: (rows) => bullmq(rows, Math.min(tasks, 30_000)),
  "pg-boss": (rows) => pgboss(rows, Math.min(tasks, 10_000)),
  "kernel-wasm": kernelInWasm,
  "kernel-native": kernelNative,
  pending: pendingTasks,
  plan: largePlan,
  recovery,
};

if (values.part !== undefined) {
  const rows = new Rows(true);
  await parts[values.part]?.(rows);
  rows.hand();
} else {
  all(values.only?.split(",") ?? Object.keys(parts), new Rows(values.json === true));
}

function all(names: readonly string[], rows: Rows): void {
  for (const name of names) {
    if (parts[name] === undefined)
      throw new Error(`there is no part ${name}; there is: ${Object.keys(parts).join(", ")}`);
    apart(name, rows);
  }
  const ours = rows.get("polyphon-sqlite-full", "tasks_per_second");
  const theirs = rows.get("bullmq-always", "tasks_per_second");
  if (ours !== undefined && theirs !== undefined)
    rows.add("polyphon-sqlite-full", "times_bullmq_always", ours / theirs, "x");
  sayGoals(rows);
  rows.finish();
}

/** Runs a part in a process of its own. */
function apart(name: string, rows: Rows): void {
  const folder = mkdtempSync(join(tmpdir(), "polyphon-bench-"));
  try {
    const counting = name === "syncs" ? countingSyncs(folder) : {};
    if (typeof counting === "string") {
      rows.say(`${name}: skipped, ${counting}`);
      return;
    }
    const { stdout, status } = spawnSync(
      process.execPath,
      [import.meta.filename, "--part", name, "--tasks", String(tasks)],
      { env: { ...process.env, ...counting }, stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" },
    );
    if (status !== 0) throw new Error(`the part ${name} failed with ${status}`);
    const found = JSON.parse(stdout) as { readonly rows: readonly Row[]; readonly remarks: readonly string[] };
    for (const { subject, metric, value, unit } of found.rows) rows.add(subject, metric, value, unit);
    for (const remark of found.remarks) rows.say(remark);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
