// Our own figures, through the public API with its defaults, 1,000 tasks in flight, each a session of its own.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Polyphon, type Team } from "polyphon/node";
import { keepInFlight } from "../lib/in-flight.ts";
import { quantile } from "../lib/quantiles.ts";
import type { Rows } from "../lib/rows.ts";

const IN_FLIGHT = 1_000;
const PLAN = { tasks: [{ key: "noop" }] };

export async function polyphon(rows: Rows, subject: string, tasks: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "polyphon-bench-"));
  const team = await Polyphon.open(subject === "polyphon-memory" ? {} : join(folder, "team.db"));
  try {
    await team.agent("noop", () => null).ready;
    await keepInFlight(tasks / 5, IN_FLIGHT, () => team.orchestrate(PLAN).result);
    await throughput(rows, subject, team, tasks);
    await latency(rows, subject, team);
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
    await team.orchestrate(PLAN).result;
    latencies.push(performance.now() - began);
  });
  delay.disable();
  const after = await team.health();
  rows.add(subject, "tasks_per_second", tasks / seconds, "1/s");
  rows.add(subject, "latency_full_load_p50_ms", quantile(latencies, 0.5), "ms");
  rows.add(subject, "latency_full_load_p99_ms", quantile(latencies, 0.99), "ms");
  rows.add(subject, "event_loop_delay_p99_ms", delay.percentile(99) / 1e6 - 1, "ms");
  rows.add(subject, "events_per_task", (after.lastSeq - before.lastSeq) / tasks, "events");
  rows.add(subject, "bytes_per_task", (after.journalBytes - before.journalBytes) / tasks, "B");
}

/** Latency at a steady 1,000 tasks a second for three seconds. */
async function latency(rows: Rows, subject: string, team: Team): Promise<void> {
  const latencies: number[] = [];
  const pending: Promise<unknown>[] = [];
  const began = performance.now();
  let started = 0;
  await new Promise<void>((resolve) => {
    const tick = (): void => {
      const due = Math.min(Math.floor(performance.now() - began), 3_000);
      for (; started < due; started++) {
        const start = performance.now();
        pending.push(team.orchestrate(PLAN).result.then(() => latencies.push(performance.now() - start)));
      }
      if (started < 3_000) setTimeout(tick, 1);
      else resolve();
    };
    tick();
  });
  await Promise.all(pending);
  rows.add(subject, "latency_1000_per_second_p50_ms", quantile(latencies, 0.5), "ms");
  rows.add(subject, "latency_1000_per_second_p99_ms", quantile(latencies, 0.99), "ms");
}
