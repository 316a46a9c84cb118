// BullMQ on a Redis of its own: jobs added in bulk, taken by a worker with concurrency 50.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Rows } from "../../lib/rows.ts";
import { loadPeer } from "./load.ts";

interface BullModule {
  readonly Queue: new (
    name: string,
    options: object,
  ) => {
    addBulk(jobs: readonly object[]): Promise<unknown>;
    close(): Promise<void>;
    waitUntilReady(): Promise<unknown>;
  };
  readonly Worker: new (
    name: string,
    work: () => Promise<unknown>,
    options: object,
  ) => {
    on(event: string, listener: () => void): void;
    close(): Promise<void>;
    waitUntilReady(): Promise<unknown>;
  };
}

export async function bullmq(rows: Rows, tasks: number): Promise<void> {
  for (const sync of ["always", "everysec"])
    await withRedis(rows, sync, (port) => measure(rows, `bullmq-${sync}`, port, tasks));
}

async function measure(rows: Rows, subject: string, port: number, tasks: number): Promise<void> {
  const { Queue, Worker } = await loadPeer<BullModule>("bullmq");
  const connection = { host: "127.0.0.1", port };
  const queue = new Queue("bench", { connection, defaultJobOptions: { removeOnComplete: true } });
  await queue.waitUntilReady();
  let left = 0;
  let finished: () => void = () => undefined;
  const worker = new Worker("bench", async () => null, { connection, concurrency: 50 });
  worker.on("completed", () => {
    if (--left === 0) finished();
  });
  const bulk = Array.from({ length: 1_000 }, () => ({ name: "noop", data: {} }));
  const complete = async (count: number): Promise<void> => {
    left = count;
    const done = new Promise<void>((resolve) => (finished = resolve));
    for (let added = 0; added < count; added += bulk.length) await queue.addBulk(bulk.slice(0, count - added));
    await done;
  };
  await complete(tasks / 5);
  const began = performance.now();
  await complete(tasks);
  rows.add(subject, "tasks_per_second", (tasks * 1000) / (performance.now() - began), "1/s");
  await worker.close();
  await queue.close();
}

async function withRedis(rows: Rows, sync: string, use: (port: number) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "polyphon-redis-"));
  const port = await freePort();
  const args = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--dir",
    folder,
    "--save",
    "",
    "--appendonly",
    "yes",
    "--appendfsync",
    sync,
  ];
  const redis = spawn("redis-server", args, { stdio: ["ignore", "pipe", "inherit"] });
  try {
    if (await isReady(redis)) await use(port);
    else rows.say(`bullmq-${sync}: skipped, there is no redis-server on this machine`);
  } finally {
    redis.kill("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  }
}

function isReady(redis: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    redis.on("error", () => resolve(false));
    redis.on("exit", () => resolve(false));
    redis.stdout?.on("data", (text: Buffer) => {
      if (text.includes("Ready to accept connections")) resolve(true);
    });
  });
}

/** A port nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
