// What each figure should be beside those of others in the same run.
import type { Rows } from "../lib/rows.ts";

interface Goal {
  readonly name: string;
  readonly metric: string;
  /** Whose figure it is compared with; the best of several. None: it is a bound by itself. */
  readonly others: readonly string[];
  /** Our figure is at most this many times theirs, or at most this. */
  readonly most: number;
}

const WILDCARD = ["eventemitter2", "qlobber", "mqemitter"];

const GOALS: readonly Goal[] = [
  { name: "times_event_emitter", metric: "exact_ns", others: ["EventEmitter"], most: 2 },
  { name: "times_event_emitter_100", metric: "exact_100_ns", others: ["EventEmitter"], most: 1 },
  { name: "times_best_1000", metric: "wildcard_1000_ns", others: WILDCARD, most: 1 / 4 },
  { name: "times_best_1000_fresh", metric: "wildcard_1000_fresh_ns", others: WILDCARD, most: 1 / 2 },
  { name: "times_best_100000", metric: "wildcard_100000_ns", others: WILDCARD, most: 1 / 5 },
  { name: "times_best_100000_fresh", metric: "wildcard_100000_fresh_ns", others: WILDCARD, most: 1 / 2 },
  { name: "times_moleculer", metric: "request_ns", others: ["moleculer"], most: 1 },
  { name: "times_moleculer_full", metric: "request_full_ns", others: ["moleculer"], most: 1 / 8 },
  { name: "times_nats", metric: "wire_request_p50_us", others: ["nats"], most: 1 / 2 },
  { name: "browser_first_publish", metric: "browser_first_publish_ms", others: [], most: 150 },
  { name: "browser_first_websocket", metric: "browser_first_websocket_publish_ms", others: [], most: 150 },
  { name: "agent_to_agent_p99", metric: "agent_to_agent_p99_ms", others: [], most: 0.5 },
];

/** Adds the ratios as rows and says of each whether it is what it should be. */
export function sayRatios(rows: Rows): void {
  rows.say("");
  for (const { name, metric, others, most } of GOALS) {
    const ours = rows.get("polyphon", metric);
    if (ours === undefined) continue;
    const theirs = others.map((other) => rows.get(other, metric)).filter((value) => value !== undefined);
    if (others.length > 0 && theirs.length === 0) continue;
    const ratio = others.length === 0 ? ours : ours / Math.min(...theirs);
    if (others.length > 0) rows.add("polyphon", name, ratio, "x");
    rows.say(`${ratio <= most ? "reached" : "MISSED "}  ${name}: ${ratio.toPrecision(3)}, at most ${most}`);
  }
  sayDurable(rows);
  const [fine, stopped] = [rows.get("polyphon", "others_p99_ms"), rows.get("polyphon", "others_p99_one_stopped_ms")];
  if (fine === undefined || stopped === undefined) return;
  rows.add("polyphon", "times_one_stopped", stopped / fine, "x");
  rows.say(
    `${stopped <= 1.5 * fine ? "reached" : "MISSED "}  one stopped: ${(stopped / fine).toPrecision(3)}, at most 1.5`,
  );
}

/** Durable queues: messages a second, beside BullMQ on a Redis that syncs always and JetStream in a file, and the latency. */
function sayDurable(rows: Rows): void {
  const ours = rows.get("polyphon-queue-full", "durable_messages_per_second");
  const p99 = rows.get("polyphon-queue-full", "latency_10000_per_second_p99_ms");
  if (ours === undefined || p99 === undefined) return;
  rows.say(`${ours >= 50_000 ? "reached" : "MISSED "}  durable messages: ${Math.round(ours)}/s, at least 50,000`);
  rows.say(`${p99 < 5 ? "reached" : "MISSED "}  durable p99 at 10,000/s: ${p99.toPrecision(3)} ms, under 5`);
  const second = rows.get("polyphon-queue-full", "latency_10000_per_second_p99_of_median_second_ms");
  if (second !== undefined)
    rows.say(`         in the median second ${second.toPrecision(3)} ms; in one of them a follower starts`);
  const sync = rows.get("polyphon-queue-full", "fsync_10000_per_second_p99_ms");
  if (sync !== undefined && sync > 2)
    rows.say(`         the disk took ${sync.toPrecision(3)} ms (p99) for a sync meanwhile`);
  const bytes = rows.get("polyphon-queue-full", "bytes_per_waiting_message");
  if (bytes !== undefined)
    rows.say(`${bytes < 200 ? "reached" : "MISSED "}  a message that waits: ${Math.round(bytes)} B, under 200`);
  sayTimes(rows, ours, "bullmq_always", rows.get("bullmq-always", "tasks_per_second"), 5);
  sayTimes(rows, ours, "jetstream_file", rows.get("jetstream-file", "messages_per_second"), 2);
}

function sayTimes(rows: Rows, ours: number, name: string, theirs: number | undefined, least: number): void {
  if (theirs === undefined) return;
  const times = ours / theirs;
  rows.add("polyphon-queue-full", `times_${name}`, times, "x");
  rows.say(`${times >= least ? "reached" : "MISSED "}  times ${name}: ${times.toPrecision(3)}, at least ${least}`);
}
