// pg-boss on a PostgreSQL of its own: jobs inserted in bulk, fetched and completed in batches.
import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Rows } from "../../lib/rows.ts";
import { freePort } from "./bullmq.ts";
import { loadPeer } from "./load.ts";

interface Boss {
  start(): Promise<unknown>;
  stop(options: object): Promise<void>;
  on(event: string, listener: (error: Error) => void): void;
  createQueue(name: string): Promise<void>;
  insert(...args: readonly unknown[]): Promise<unknown>;
  fetch(name: string, options: object): Promise<readonly { id: string }[]>;
  complete(name: string, ids: readonly string[]): Promise<unknown>;
}

export async function pgboss(rows: Rows, tasks: number): Promise<void> {
  const bin = serverFolder();
  if (bin === undefined) {
    rows.say("pg-boss: skipped, there is no PostgreSQL server on this machine");
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "polyphon-postgres-"));
  const owner =
    process.getuid?.() === 0 ? Number(execFileSync("id", ["-u", "postgres"], { encoding: "utf8" })) : undefined;
  if (owner !== undefined) chownSync(folder, owner, owner);
  const as = owner === undefined ? {} : { uid: owner };
  const data = join(folder, "data");
  execFileSync(join(bin, "initdb"), ["-D", data, "-A", "trust", "-U", "postgres", "--no-sync"], {
    ...as,
    stdio: "ignore",
  });
  const port = await freePort();
  const server = spawn(join(bin, "postgres"), ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", folder], {
    ...as,
    stdio: "ignore",
  });
  try {
    await ready(join(bin, "pg_isready"), port);
    await measure(rows, `postgres://postgres@127.0.0.1:${port}/postgres`, tasks);
  } finally {
    const ended = new Promise((resolve) => server.on("exit", resolve));
    process.kill(Number(readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[0]), "SIGINT");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(rows: Rows, url: string, tasks: number): Promise<void> {
  const module = await loadPeer<{ default?: new (url: string) => Boss; PgBoss?: new (url: string) => Boss }>("pg-boss");
  const PgBoss = (module.PgBoss ?? module.default) as new (url: string) => Boss;
  const boss = new PgBoss(url);
  boss.on("error", (error) => console.error(error));
  await boss.start();
  await boss.createQueue("bench");
  await complete(boss, tasks / 5);
  const began = performance.now();
  await complete(boss, tasks);
  rows.add("pg-boss", "tasks_per_second", (tasks * 1000) / (performance.now() - began), "1/s");
  await boss.stop({ graceful: false });
}

async function complete(boss: Boss, tasks: number): Promise<void> {
  for (let added = 0; added < tasks; added += 1_000) {
    const jobs = Array.from({ length: Math.min(1_000, tasks - added) }, () => ({ data: {} }));
    await boss.insert("bench", jobs);
  }
  for (let left = tasks; left > 0; ) {
    const jobs = await boss.fetch("bench", { batchSize: 500 });
    const ids = jobs.map((job) => job.id);
    await boss.complete("bench", ids);
    left -= jobs.length;
  }
}

async function ready(probe: string, port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      execFileSync(probe, ["-h", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error("PostgreSQL did not start");
}

function serverFolder(): string | undefined {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).sort() : [];
  return versions.map((version) => join(root, version, "bin")).findLast((bin) => existsSync(join(bin, "initdb")));
}
