// Ten consumers, one of which stands still: what the other nine notice of it.
import { Bus, systemClock } from "polyphon";
import { quantile } from "../../lib/quantiles.ts";
import type { Rows } from "../../lib/rows.ts";

const MESSAGES = 20_000;
const ROUNDS = 7;

export async function pressure(rows: Rows): Promise<void> {
  const p99 = { fine: [] as number[], stopped: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    p99.fine.push(await run(false));
    p99.stopped.push(await run(true));
  }
  rows.add("polyphon", "others_p99_ms", quantile(p99.fine, 0.5), "ms");
  rows.add("polyphon", "others_p99_one_stopped_ms", quantile(p99.stopped, 0.5), "ms");
}

/** The 99th percentile from publishing to the handler's end, over the nine, in milliseconds. */
async function run(isOneStopped: boolean): Promise<number> {
  const clock = systemClock();
  const bus = new Bus({ clock });
  const turn = (): Promise<void> => new Promise((resolve) => clock.soon(resolve));
  const samples: number[] = [];
  for (let consumer = 0; consumer < 10; consumer++) {
    const isStopped = isOneStopped && consumer === 0;
    bus.subscribe<{ readonly sentMs: number }>("work.item", async ({ payload }) => {
      if (isStopped) await new Promise(() => {});
      await turn();
      if (consumer > 0) samples.push(clock.monoMs() - payload.sentMs);
    });
  }
  for (let sent = 0; sent < MESSAGES; sent++) {
    await bus.publish("work.item", { sentMs: clock.monoMs() });
    if (sent % 10 === 9) await turn();
  }
  while (samples.length < MESSAGES * 9) await turn();
  await bus.close();
  return quantile(samples, 0.99);
}
