// Takes turns between what is compared, so that each meets the machine as the others do.
import type { Rows } from "../lib/rows.ts";

/** What is compared: by name of its row's subject. */
export type Contestants = Readonly<Record<string, (calls: number) => void | Promise<void>>>;

const ROUNDS = 15;

/** Adds a row for each contestant: nanoseconds of CPU time for one call, the median of its rounds. */
export async function takeTurns(rows: Rows, metric: string, calls: number, contestants: Contestants): Promise<void> {
  const taken = new Map<string, number[]>();
  for (const run of Object.values(contestants)) await run(calls);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(contestants)) {
      (globalThis as { gc?: () => void }).gc?.();
      const before = process.cpuUsage();
      await run(calls);
      const { user, system } = process.cpuUsage(before);
      const all = taken.get(name) ?? [];
      all.push(((user + system) * 1_000) / calls);
      taken.set(name, all);
    }
  }
  for (const [name, all] of taken)
    rows.add(name, metric, all.toSorted((a, b) => a - b)[all.length >> 1] as number, "ns");
}
