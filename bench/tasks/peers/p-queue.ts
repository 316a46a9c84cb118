// p-queue: a queue in memory that loses everything with its process; the upper bound of what JavaScript alone does.
import { keepInFlight } from "../../lib/in-flight.ts";
import type { Rows } from "../../lib/rows.ts";
import { loadPeer } from "./load.ts";

interface PQueueModule {
  readonly default: new (options: { concurrency: number }) => { add(task: () => Promise<unknown>): Promise<unknown> };
}

export async function pqueue(rows: Rows, tasks: number): Promise<void> {
  const { default: PQueue } = await loadPeer<PQueueModule>("p-queue");
  const queue = new PQueue({ concurrency: 100 });
  const run = (): Promise<unknown> => queue.add(async () => null);
  await keepInFlight(tasks / 5, 1_000, run);
  const seconds = await keepInFlight(tasks, 1_000, run);
  rows.add("p-queue", "tasks_per_second", tasks / seconds, "1/s");
}
