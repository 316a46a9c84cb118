// What a store costs: commits a second, how long one takes, what it takes of the caller's thread.
// Run: npm run bench -- store [--json] [--commits 4000]
// You should see a row a metric, for SQLite (worker, FULL) beside the same without syncs, on the caller's thread, and memory.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { memoryStore } from "../../npm/src/stores/memory/memory-store.ts";
import { type SqliteStoreOptions, sqliteStore } from "../../npm/src/stores/sqlite/sqlite-store.ts";
import type { PayloadRow, Store } from "../../npm/src/stores/store.ts";
import { countingSyncs, SyncLog } from "../tasks/syncs.ts";
import { measureAppends, measureMaintenance, measureOpen, measureSyncs, type Row } from "./measure.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean" },
    commits: { type: "string", default: "4000" },
    only: { type: "string" },
  },
});
const commits = Number(values.commits);
const folder = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), "polyphon-bench-"));
let files = 0;
const sqlite = (options: SqliteStoreOptions): Store => sqliteStore(join(folder, `${++files}.db`), options);
const payloads = (seq: number): PayloadRow[] =>
  Array.from({ length: 20 }, (_, n) => ({ key: `${seq}.${n}`, owner: n, bytes: new Uint8Array(1_000) }));

const rows: Row[] = [];

/** Counts syncs in a process of its own, below a library that sees them; none where that is not possible. */
function syncs(): Row[] {
  const env = countingSyncs(folder);
  if (typeof env === "string") {
    console.error(`syncs are not counted: ${env}`);
    return [];
  }
  const argv = [import.meta.filename, "--json", "--only", "syncs", "--commits", String(commits)];
  const { stdout, status } = spawnSync(process.execPath, argv, { env: { ...process.env, ...env }, encoding: "utf8" });
  if (status !== 0) throw new Error("the counting process failed");
  return (JSON.parse(stdout) as { rows: Row[] }).rows;
}

async function everything(): Promise<void> {
  const subjects: Record<string, () => Store> = {
    "sqlite-full": () => sqlite({}),
    "sqlite-normal": () => sqlite({ durability: "process-crash" }),
    "sqlite-full-caller": () => sqlite({ thread: "caller" }),
    memory: () => memoryStore(),
  };
  for (const [subject, make] of Object.entries(subjects)) {
    for (const bodyBytes of [600, 15_000]) {
      rows.push(...(await measureAppends(`${subject} ${bodyBytes} B`, make(), commits, bodyBytes, () => [])));
    }
  }
  rows.push(...(await measureAppends("sqlite-full 15000 B + 20 payloads", sqlite({}), commits / 4, 15_000, payloads)));
  rows.push(...(await measureMaintenance("sqlite-full", sqlite({}), commits / 2)));
  rows.push(...(await measureOpen("sqlite-full", () => sqliteStore(join(folder, "1.db")))));
  rows.push(...syncs());
}

try {
  if (values.only === "syncs")
    rows.push(...(await measureSyncs("sqlite-full 600 B", sqlite({}), commits, new SyncLog())));
  else await everything();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (values.json === true) console.log(JSON.stringify({ rows }));
else
  for (const { subject, metric, value, unit } of rows)
    console.log(`${subject.padEnd(36)} ${metric.padEnd(28)} ${value} ${unit}`);
