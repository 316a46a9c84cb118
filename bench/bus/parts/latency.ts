// Agent to agent in one process, 10,000 messages a second: one publishes, the other answers by publishing back.
import { Bus, systemClock } from "polyphon";
import { quantile } from "../../lib/quantiles.ts";
import type { Rows } from "../../lib/rows.ts";

const PER_MS = 10;
const SECONDS = 5;

export async function latency(rows: Rows): Promise<void> {
  const clock = systemClock();
  const bus = new Bus({ clock });
  const samples: number[] = [];
  bus.subscribe<{ readonly sentMs: number }>("agents.writer.inbox", async (cause) => {
    await bus.publish("agents.planner.inbox", cause.payload, { cause });
  });
  bus.subscribe<{ readonly sentMs: number }>("agents.planner.inbox", ({ payload }) => {
    samples.push((clock.monoMs() - payload.sentMs) / 2);
  });
  const startMs = clock.monoMs();
  let sent = 0;
  while (sent < SECONDS * 1_000 * PER_MS) {
    const due = Math.floor((clock.monoMs() - startMs) * PER_MS);
    for (; sent < due; sent++) await bus.publish("agents.writer.inbox", { sentMs: clock.monoMs() });
    await new Promise<void>((resolve) => clock.soon(resolve));
  }
  rows.add("polyphon", "agent_to_agent_p50_ms", quantile(samples, 0.5), "ms");
  rows.add("polyphon", "agent_to_agent_p99_ms", quantile(samples, 0.99), "ms");
  rows.add("polyphon", "agent_to_agent_per_second", (sent * 1_000) / (clock.monoMs() - startMs), "1/s");
  await bus.close();
}
