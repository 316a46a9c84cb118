// What each figure should be on two cores, and what limits it.
import type { Rows } from "../lib/rows.ts";

interface Goal {
  readonly subject: string;
  readonly metric: string;
  /** The value is to be at least, or at most, this. */
  readonly least?: number;
  readonly most?: number;
  /** What the goal presumes of the machine: a metric of the same subject, and what it is at most there. */
  readonly given?: { readonly metric: string; readonly most: number };
  readonly limit: string;
}

const ours = "polyphon-sqlite-full";

const GOALS: readonly Goal[] = [
  {
    subject: ours,
    metric: "tasks_per_second",
    least: 30_000,
    limit:
      "the main thread: half of it the kernel's step, half promises and the mirror; the store's thread and garbage collection take the second core",
  },
  {
    subject: ours,
    metric: "times_bullmq_always",
    least: 3,
    limit:
      "a commit carries as many tasks as came while the one before was written, where Redis syncs for each pipeline",
  },
  {
    subject: ours,
    metric: "events_per_task",
    most: 5,
    limit: "opened, added, granted, completed, ended: each is a fact of its own",
  },
  {
    subject: ours,
    metric: "latency_1000_per_second_p99_ms",
    most: 5,
    given: { metric: "fsync_1000_per_second_p99_ms", most: 1 },
    limit: "two commits in a row, the grant's and the end's, so twice the time of a sync",
  },
  {
    subject: ours,
    metric: "event_loop_delay_p99_ms",
    most: 5,
    limit: "a minor collection of garbage, or a step and the answers before it",
  },
  {
    subject: "kernel-wasm",
    metric: "commands_per_second",
    least: 150_000,
    limit: "moving bytes and looking up entities; wasm has no SHA instructions",
  },
  {
    subject: "kernel-native",
    metric: "commands_per_second",
    least: 500_000,
    limit: "the same, at the speed of one core",
  },
  {
    subject: ours,
    metric: "rss_100000_pending_mb",
    most: 150,
    limit: "two copies of a task, in the kernel and in the mirror; buffers that were freed and not given back",
  },
  {
    subject: ours,
    metric: "plan_10000_acknowledged_ms",
    most: 100,
    limit: "the main thread: 10,000 tasks are checked, encoded, entered into the kernel and read back into the mirror",
  },
  {
    subject: ours,
    metric: "recovery_10000_live_ms",
    most: 1_000,
    limit: "starting Node and its modules, then folding snapshot and journal",
  },
];

/** Says of each figure that was measured whether it is what it should be, and what limits it. */
export function sayGoals(rows: Rows): void {
  rows.say("");
  for (const goal of GOALS) {
    const value = rows.get(goal.subject, goal.metric);
    if (value !== undefined) rows.say(`${verdict(goal, value, rows)}. Limited by: ${goal.limit}.`);
  }
}

function verdict({ subject, metric, least, most, given }: Goal, value: number, rows: Rows): string {
  const reached = value >= (least ?? Number.NEGATIVE_INFINITY) && value <= (most ?? Number.POSITIVE_INFINITY);
  const bound = least === undefined ? `at most ${most}` : `at least ${least}`;
  const said = `${subject} ${metric}: ${value}, ${bound}`;
  const found = given === undefined ? undefined : rows.get(subject, given.metric);
  if (given === undefined) return `${reached ? "reached" : "MISSED "}  ${said}`;
  const condition = `where ${given.metric} is at most ${given.most}`;
  if (found === undefined) return `unknown  ${said}, ${condition}, which was not measured`;
  const holds = found <= given.most;
  return `${reached ? "reached" : holds ? "MISSED " : "no goal"}  ${said}, ${condition}; it was ${found}`;
}
