import { monitorEventLoopDelay } from "node:perf_hooks";
import type { PayloadRow, Store } from "../../npm/src/stores/store.ts";
import { FrameChain } from "../../npm/src/testing/frames.ts";
import type { SyncLog } from "../tasks/syncs.ts";

export interface Row {
  readonly subject: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
}

/** One commit in flight, as the runtime does it. */
export async function measureAppends(
  subject: string,
  store: Store,
  commits: number,
  bodyBytes: number,
  payloadsOf: (seq: number) => PayloadRow[],
): Promise<Row[]> {
  const { epoch } = await store.open();
  const frames = await build(commits, bodyBytes, epoch);
  const payloads = frames.map((_, index) => payloadsOf(index));
  const latencies: number[] = [];
  let calls = 0;
  const append = async (index: number): Promise<void> => {
    const before = performance.now();
    const appended = store.append(frames[index] as Uint8Array, payloads[index] ?? [], { transfer: true });
    calls += performance.now() - before;
    await appended;
    latencies.push(performance.now() - before);
  };
  const half = Math.floor(commits / 2);
  const cpu = process.threadCpuUsage();
  const started = performance.now();
  for (let index = 0; index < half; index++) await append(index);
  const elapsed = performance.now() - started;
  const { user, system } = process.threadCpuUsage(cpu);
  // Watching the event loop costs more than an append, so it has a part of its own.
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  for (let index = half; index < commits; index++) await append(index);
  loop.disable();
  await store.close();
  latencies.sort((a, b) => a - b);
  return [
    row(subject, "commits_per_second", (half / elapsed) * 1_000, "1/s"),
    row(subject, "commit_p50", at(latencies, 0.5), "ms"),
    row(subject, "commit_p99", at(latencies, 0.99), "ms"),
    row(subject, "commit_max", at(latencies, 1), "ms"),
    row(subject, "append_call", (calls / commits) * 1_000, "µs"),
    row(subject, "caller_cpu_per_commit", (user + system) / half, "µs"),
    row(subject, "event_loop_delay_p99", loop.percentile(99) / 1e6, "ms"),
  ];
}

/** Syncs a commit takes, how long one takes, and how many commits a second that leaves room for. */
export async function measureSyncs(subject: string, store: Store, commits: number, log: SyncLog): Promise<Row[]> {
  const { epoch } = await store.open();
  const frames = await build(commits, 600, epoch);
  const from = log.position ?? 0;
  const started = performance.now();
  for (const frame of frames) await store.append(frame, []);
  const elapsed = performance.now() - started;
  const durations = [...log.between(from, log.position ?? 0)].sort((a, b) => a - b);
  await store.close();
  if (durations.length === 0) throw new Error("nothing was synced");
  const synced = durations.reduce((sum, duration) => sum + duration, 0);
  return [
    row(subject, "fsyncs_per_commit", durations.length / commits, "fsyncs"),
    row(subject, "fsync_p50", at(durations, 0.5), "ms"),
    row(subject, "fsync_p99", at(durations, 0.99), "ms"),
    row(subject, "fsync_share_of_commit", (synced / elapsed) * 100, "%"),
    row(subject, "commits_per_second_by_fsync_alone", (commits / synced) * 1_000, "1/s"),
  ];
}

/** How long commits take while a snapshot of 32 MB is written, and while most of the journal is dropped. */
export async function measureMaintenance(subject: string, store: Store, commits: number): Promise<Row[]> {
  const { epoch } = await store.open();
  const frames = await build(commits, 15_000, epoch);
  const half = Math.floor(commits / 2);
  for (const frame of frames.slice(0, half)) await store.append(frame, []);
  const rest = frames.slice(half).values();
  const beside = async (metric: string, job: Promise<unknown>): Promise<Row[]> => {
    const latencies: number[] = [];
    const started = performance.now();
    let running = true;
    const done = job.then(() => {
      running = false;
    });
    for (const frame of rest) {
      const before = performance.now();
      await store.append(frame, []);
      latencies.push(performance.now() - before);
      if (!running) break;
    }
    await done;
    const elapsed = performance.now() - started;
    latencies.sort((a, b) => a - b);
    return [
      row(subject, `${metric}_duration`, elapsed, "ms"),
      row(subject, `${metric}_commit_p99`, at(latencies, 0.99), "ms"),
      row(subject, `${metric}_commit_max`, at(latencies, 1), "ms"),
    ];
  };
  const bytes = new Uint8Array(32_000_000);
  await store.putSnapshot({ seq: half - 2, stateHash: "", bytes: bytes.subarray(0, 1_000) });
  const rows = await beside("snapshot_32mb", store.putSnapshot({ seq: half, stateHash: "", bytes }));
  rows.push(...(await beside("compact", store.compact(half))));
  const started = performance.now();
  const { bytes: checked } = await store.verify();
  rows.push(row(subject, "verify", checked / 1_000 / (performance.now() - started), "MB/s"));
  await store.close();
  return rows;
}

/** Time to open an existing journal and read it. */
export async function measureOpen(subject: string, make: () => Store): Promise<Row[]> {
  const store = make();
  const started = performance.now();
  await store.open();
  const opened = performance.now();
  let bytes = 0;
  for await (const frame of store.read(1)) bytes += frame.byteLength;
  const read = performance.now();
  await store.close();
  return [
    row(subject, "journal", bytes / 1e6, "MB"),
    row(subject, "open", opened - started, "ms"),
    row(subject, "read", bytes / 1_000 / (read - opened), "MB/s"),
  ];
}

async function build(count: number, bodyBytes: number, epoch: number): Promise<Uint8Array[]> {
  const chain = new FrameChain({ epoch });
  const frames: Uint8Array[] = [];
  for (let n = 0; n < count; n++) frames.push(await chain.next({ body: new Uint8Array(bodyBytes).fill(n) }));
  return frames;
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function row(subject: string, metric: string, value: number, unit: string): Row {
  return { subject, metric, value: Number(value.toPrecision(4)), unit };
}
