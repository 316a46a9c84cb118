// The durable queue through the public API: messages of 300 bytes in a file with synchronous=FULL, each published, handed
// out and acknowledged one by one.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Polyphon, type Queue } from "polyphon/node";
import { keepInFlight } from "../../lib/in-flight.ts";
import { quantile } from "../../lib/quantiles.ts";
import type { Rows } from "../../lib/rows.ts";
import { watchWasmMemory } from "../../lib/wasm-memory.ts";
import { SyncLog } from "../../tasks/syncs.ts";

const SUBJECT = "polyphon-queue-full";
const IN_FLIGHT = 4_000;
/** Messages of the measurement of latency. */
const PACED = 50_000;
const A_SECOND = 10_000;
/** Messages of the measurement of memory. */
const WAITING = 500_000;

interface Value {
  readonly text: string;
  /** When it was published. */
  readonly at?: number;
}

/** A JSON text of 300 bytes. */
const VALUE: Value = { text: "x".repeat(289) };

/** Messages a second at full load, and what a message costs; then the latency at 10,000 a second. */
export async function durableQueue(rows: Rows, messages: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "polyphon-bench-"));
  const team = await Polyphon.open(join(folder, "team.db"));
  try {
    const queue = team.queue<Value>("bench");
    await queue.ready;
    const dealt = deals(queue);
    await fullLoad(queue, dealt, messages / 5);
    const [before, health] = [process.cpuUsage(), await team.health()];
    const seconds = await fullLoad(queue, dealt, messages);
    const { user, system } = process.cpuUsage(before);
    const after = await team.health();
    rows.add(SUBJECT, "durable_messages_per_second", messages / seconds, "1/s");
    rows.add(SUBJECT, "cpu_us_per_message", (user + system) / messages, "µs");
    rows.add(SUBJECT, "events_per_message", (after.lastSeq - health.lastSeq) / messages, "events");
    rows.add(SUBJECT, "journal_bytes_per_message", (after.journalBytes - health.journalBytes) / messages, "B");
    await paced(rows, queue, dealt);
    const stats = await queue.stats();
    if (stats.acked !== stats.published)
      throw new Error(`${stats.published} were published, ${stats.acked} acknowledged`);
  } finally {
    await team.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Dealt {
  count: number;
  /** Hears of each message that is handed out. */
  heard: (value: Value) => void;
}

/** Consumes and counts what is durably acknowledged. */
function deals(queue: Queue<Value>): Dealt {
  const dealt: Dealt = { count: 0, heard: () => undefined };
  queue.consume(
    (message) => {
      dealt.heard(message.value);
      void message.ack().then(() => dealt.count++);
    },
    { concurrency: IN_FLIGHT },
  );
  return dealt;
}

async function fullLoad(queue: Queue<Value>, dealt: Dealt, messages: number): Promise<number> {
  dealt.count = 0;
  const began = performance.now();
  await keepInFlight(messages, IN_FLIGHT, async () => void (await queue.publish(VALUE)));
  while (dealt.count < messages) await new Promise((resolve) => setImmediate(resolve));
  return (performance.now() - began) / 1_000;
}

/** What a message costs the kernel that nobody takes; payloads are on the disk, but for 64 MiB. */
export async function waitingMessages(rows: Rows): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "polyphon-bench-"));
  const memory = watchWasmMemory();
  const team = await Polyphon.open(join(folder, "team.db"));
  try {
    const queue = team.queue<Value>("bench", { maxMessages: 1_000_000, maxBytes: 2 ** 40 });
    const publish = async (): Promise<void> => void (await queue.publish(VALUE));
    await queue.ready;
    const before = memory.bytes();
    await keepInFlight(WAITING, IN_FLIGHT, publish);
    rows.add(SUBJECT, "bytes_per_waiting_message", (memory.bytes() - before) / WAITING, "B");
  } finally {
    await team.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** 10,000 messages a second, ten each millisecond: from the call until the consumer has it. */
async function paced(rows: Rows, queue: Queue<Value>, dealt: Dealt): Promise<void> {
  const latencies: number[] = [];
  let refused = 0;
  dealt.heard = ({ at }) => {
    if (at !== undefined) latencies.push(performance.now() - at);
  };
  const log = new SyncLog();
  const from = log.position;
  const start = performance.now();
  for (let published = 0; published < PACED; ) {
    const due = Math.min((performance.now() - start) * 10, PACED);
    for (; published < due; published++) {
      queue.publish({ ...VALUE, at: performance.now() }).catch(() => refused++);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  while (latencies.length + refused < PACED) await new Promise((resolve) => setTimeout(resolve, 1));
  rows.add(SUBJECT, "latency_10000_per_second_p50_ms", quantile(latencies, 0.5), "ms");
  rows.add(SUBJECT, "latency_10000_per_second_p99_ms", quantile(latencies, 0.99), "ms");
  const seconds = Array.from({ length: PACED / A_SECOND }, (_, second) =>
    quantile(latencies.slice(second * A_SECOND, (second + 1) * A_SECOND), 0.99),
  );
  rows.add(SUBJECT, "latency_10000_per_second_p99_of_median_second_ms", quantile(seconds, 0.5), "ms");
  const to = log.position;
  if (from !== undefined && to !== undefined) {
    rows.add(SUBJECT, "fsync_10000_per_second_p99_ms", quantile([...log.between(from, to)], 0.99), "ms");
  }
  if (refused > 0) rows.say(`${refused} of ${PACED} messages were refused: the machine does not keep up.`);
}
