// Durable streams through the public API: messages of 300 bytes in a file with synchronous=FULL, of which every group gets each
// and acknowledges it one by one.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DurableStream, Polyphon } from "polyphon/node";
import { keepInFlight } from "../../lib/in-flight.ts";
import type { Rows } from "../../lib/rows.ts";
import { watchWasmMemory } from "../../lib/wasm-memory.ts";

const IN_FLIGHT = 4_000;
/** A JSON text of 300 bytes. */
const VALUE = { text: "x".repeat(289) };

/** Messages a second, published once and dealt with by each of so many groups, and what that costs. */
export async function groups(rows: Rows, count: number, messages: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "polyphon-bench-"));
  const memory = watchWasmMemory();
  const team = await Polyphon.open(join(folder, "team.db"));
  try {
    const stream = team.stream<typeof VALUE>("bench", { maxMessages: 1_000_000, maxBytes: 2 ** 40 });
    const dealt = { count: 0 };
    for (let index = 0; index < count; index++) await attend(stream, `group-${index}`, dealt);
    await load(stream, dealt, messages / 5, count);
    const [bytes, before, health] = [memory.bytes(), process.cpuUsage(), await team.health()];
    const began = performance.now();
    await load(stream, dealt, messages, count);
    const seconds = (performance.now() - began) / 1_000;
    const { user, system } = process.cpuUsage(before);
    const after = await team.health();
    const subject = `polyphon-stream-${count}`;
    rows.add(subject, "durable_deliveries_per_second", (messages * count) / seconds, "1/s");
    rows.add(subject, "cpu_us_per_delivery", (user + system) / (messages * count), "µs");
    rows.add(subject, "events_per_message", (after.lastSeq - health.lastSeq) / messages, "events");
    rows.add(subject, "journal_bytes_per_message", (after.journalBytes - health.journalBytes) / messages, "B");
    rows.add(subject, "bytes_per_kept_message", (memory.bytes() - bytes) / messages, "B");
  } finally {
    await team.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A group that counts what is durably acknowledged. */
async function attend(stream: DurableStream<typeof VALUE>, name: string, dealt: { count: number }): Promise<void> {
  const group = stream.group(name, { maxPending: 10_000 });
  await group.ready;
  group.consume((message) => void message.ack().then(() => dealt.count++), { concurrency: IN_FLIGHT });
}

async function load(
  stream: DurableStream<typeof VALUE>,
  dealt: { count: number },
  messages: number,
  groups: number,
): Promise<void> {
  dealt.count = 0;
  await keepInFlight(messages, IN_FLIGHT, async () => void (await stream.publish(VALUE)));
  while (dealt.count < messages * groups) await new Promise((resolve) => setImmediate(resolve));
}
