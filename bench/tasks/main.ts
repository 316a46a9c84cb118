// Durable tasks, side by side with what people use instead.
// usage: npm run bench -- tasks [--json] [--tasks N] [--only NAME,…]
import { parseArgs } from "node:util";
import { Rows } from "../lib/rows.ts";
import { kernelInWasm, kernelNative } from "./kernel.ts";
import { largePlan, pendingTasks, recovery } from "./memory.ts";
import { bullmq } from "./peers/bullmq.ts";
import { pqueue } from "./peers/p-queue.ts";
import { pgboss } from "./peers/pg-boss.ts";
import { polyphon } from "./polyphon.ts";

const { values } = parseArgs({
  options: { json: { type: "boolean" }, tasks: { type: "string" }, only: { type: "string" } },
});
const rows = new Rows(values.json === true);
const tasks = Number(values.tasks ?? 100_000);

const parts: Readonly<Record<string, () => Promise<void>>> = {
  "polyphon-sqlite-full": () => polyphon(rows, "polyphon-sqlite-full", tasks),
  "polyphon-memory": () => polyphon(rows, "polyphon-memory", tasks),
  "p-queue": () => pqueue(rows, tasks),
  bullmq: () => bullmq(rows, Math.min(tasks, 30_000)),
  "pg-boss": () => pgboss(rows, Math.min(tasks, 10_000)),
  kernel: async () => {
    await kernelInWasm(rows);
    await kernelNative(rows);
  },
  pending: () => pendingTasks(rows),
  plan: () => largePlan(rows),
  recovery: () => recovery(rows),
};

const wanted = values.only?.split(",") ?? Object.keys(parts);
for (const name of wanted) {
  const part = parts[name];
  if (part === undefined) throw new Error(`there is no part ${name}; there is: ${Object.keys(parts).join(", ")}`);
  await part();
}
const ours = rows.get("polyphon-sqlite-full", "tasks_per_second");
const theirs = rows.get("bullmq-always", "tasks_per_second");
if (ours !== undefined && theirs !== undefined)
  rows.add("polyphon-sqlite-full", "times_bullmq_always", ours / theirs, "x");
rows.finish();
