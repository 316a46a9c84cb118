// Our own figures, through the public API with its defaults, 1,000 tasks in flight, each a session of its own.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Polyphon, type Team } from "polyphon/node";
import { keepInFlight } from "../lib/in-flight.ts";
import { quantile } from "../lib/quantiles.ts";
import type { Rows } from "../lib/rows.ts";
import { SyncLog } from "./syncs.ts";

const IN_FLIGHT = 1_000;
const PLAN = { tasks: [{ key: "noop" }] };
/** Tasks at a steady pace before those that are measured, four seconds, and those. */
const WARM_UP = 4_000;
const MEASURED = 10_000;

export async function polyphon(rows: Rows, subject: string, tasks: number): Promise<void> {
  const isDurable = subject !== "polyphon-memory";
  await withTeam(isDurable, async (team) => {
    let done = 0;
    await team.agent("noop", () => {
      done++;
      return null;
    }).ready;
    await keepInFlight(tasks / 5, IN_FLIGHT, () => complete(team));
    done = 0;
    await throughput(rows, subject, team, tasks);
    if (done !== tasks) throw new Error(`${tasks} tasks were asked for, ${done} were done`);
    // What follows a full load: the follower makes up what it is behind.
    addLatency(rows, subject, "latency_1000_per_second_after_load", await atPace(team, MEASURED));
  });
  // With a file it is measured where syncs are counted.
  if (isDurable) return;
  await withTeam(isDurable, async (team) => {
    await team.agent("noop", () => null).ready;
    await atPace(team, WARM_UP);
    addLatency(rows, subject, "latency_1000_per_second", await atPace(team, MEASURED));
  });
}

/** A team of its own, with a file of its own when it is durable. */
async function withTeam(isDurable: boolean, use: (team: Team) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "polyphon-bench-"));
  const team = await Polyphon.open(isDurable ? join(folder, "team.db") : {});
  try {
    await use(team);
  } finally {
    await team.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function throughput(rows: Rows, subject: string, team: Team, tasks: number): Promise<void> {
  const before = await team.health();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const latencies: number[] = [];
  const seconds = await keepInFlight(tasks, IN_FLIGHT, async () => {
    const began = performance.now();
    await complete(team);
    latencies.push(performance.now() - began);
  });
  delay.disable();
  if (delay.count === 0) throw new Error("the event loop never had its turn");
  const after = await team.health();
  rows.add(subject, "tasks_per_second", tasks / seconds, "1/s");
  rows.add(subject, "latency_full_load_p50_ms", quantile(latencies, 0.5), "ms");
  rows.add(subject, "latency_full_load_p99_ms", quantile(latencies, 0.99), "ms");
  rows.add(subject, "event_loop_delay_p99_ms", delay.percentile(99) / 1e6 - 1, "ms");
  rows.add(subject, "events_per_task", (after.lastSeq - before.lastSeq) / tasks, "events");
  // What was compacted meanwhile does not count any more.
  if (after.firstSeq === before.firstSeq)
    rows.add(subject, "bytes_per_task", (after.journalBytes - before.journalBytes) / tasks, "B");
}

/** One task from the call to its durable end. */
async function complete(team: Team): Promise<void> {
  const { status } = await team.orchestrate(PLAN).result;
  if (status !== "completed") throw new Error(`a task ended as ${status}`);
}

/** Syncs a task takes under full load, and how long one takes; the process must run below the counting library. */
export async function syncs(rows: Rows, tasks: number): Promise<void> {
  const log = new SyncLog();
  await withTeam(true, async (team) => {
    await team.agent("noop", () => null).ready;
    await keepInFlight(tasks / 5, IN_FLIGHT, () => complete(team));
    const [from, { lastSeq }] = [log.position ?? 0, await team.health()];
    await keepInFlight(tasks, IN_FLIGHT, () => complete(team));
    const durations = log.between(from, log.position ?? 0);
    if (durations.length === 0 || (await team.health()).lastSeq === lastSeq) throw new Error("nothing was synced");
    rows.add("polyphon-sqlite-full", "fsyncs_per_task", durations.length / tasks, "fsyncs");
    rows.add("polyphon-sqlite-full", "fsync_p50_ms", quantile(durations, 0.5), "ms");
    rows.add("polyphon-sqlite-full", "fsync_p99_ms", quantile(durations, 0.99), "ms");
  });
  await withTeam(true, async (team) => {
    await team.agent("noop", () => null).ready;
    await atPace(team, WARM_UP);
    // Side by side, for the goal of one depends on the other.
    const calm = log.position ?? 0;
    addLatency(rows, "polyphon-sqlite-full", "latency_1000_per_second", await atPace(team, MEASURED));
    const calmly = log.between(calm, log.position ?? 0);
    rows.add("polyphon-sqlite-full", "fsync_1000_per_second_p99_ms", quantile(calmly, 0.99), "ms");
  });
}

function addLatency(rows: Rows, subject: string, metric: string, latencies: readonly number[]): void {
  rows.add(subject, `${metric}_p50_ms`, quantile(latencies, 0.5), "ms");
  rows.add(subject, `${metric}_p99_ms`, quantile(latencies, 0.99), "ms");
}

/** `tasks` at a steady 1,000 a second; answers the latency of each. */
async function atPace(team: Team, tasks: number): Promise<number[]> {
  const latencies: number[] = [];
  const pending: Promise<unknown>[] = [];
  const began = performance.now();
  let started = 0;
  await new Promise<void>((resolve) => {
    const tick = (): void => {
      const due = Math.min(Math.floor(performance.now() - began), tasks);
      for (; started < due; started++) {
        const start = performance.now();
        pending.push(complete(team).then(() => latencies.push(performance.now() - start)));
      }
      if (started < tasks) setTimeout(tick, 1);
      else resolve();
    };
    tick();
  });
  await Promise.all(pending);
  return latencies;
}
