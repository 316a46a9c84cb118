// What:  an agent that computes for long, in worker threads: the event loop stays free, and one that hangs is ended.
// Run:   npm run example worker-agent
// See:   four counts from two threads, a main thread with little to do meanwhile, and an endless loop that ran out of time.
import { performance } from "node:perf_hooks";
import { Polyphon, systemClock, workerHost } from "polyphon/node";

await using team = await Polyphon.open();
const module = new URL("agents/primes.ts", import.meta.url);
const host = workerHost({ clock: systemClock(), module, size: 2 });
await team.host("mathematician", { maxLoad: 2 }, host).ready;

const before = performance.eventLoopUtilization();
const session = team.orchestrate({
  tasks: [200_000, 300_000, 400_000, 500_000].map((below) => ({ key: `below ${below}`, input: below })),
});
const { status, outputs } = await session.result;
const { utilization } = performance.eventLoopUtilization(before);
console.log(outputs);
console.log(`the main thread was busy ${Math.round(100 * utilization)} % of the time`);

const endless = team.orchestrate({
  tasks: [{ key: "endless", input: "for ever", timeoutMs: 300 }],
  recovery: { maxRetries: 0, graceMs: 200, escalationThreshold: 99 },
});
await endless.result;
const error = (await endless.view()).tasks[0]?.history[0]?.error;
console.log(`endless: ${error?.type}, ${error?.message}`);
process.exitCode = status === "completed" && error?.type === "timeout" ? 0 : 1;
