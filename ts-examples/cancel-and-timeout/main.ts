// What:  two ways work ends early: a task that is out of time, and a session that is cancelled.
// Run:   npm run example cancel-and-timeout
// See:   what the agent is told through its AbortSignal, what became of both sessions; the process ends at once.
import { setTimeout as sleep } from "node:timers/promises";
import { Polyphon } from "polyphon/node";

await using team = await Polyphon.open();
team.agent("sleeper", async (task, ctx) => {
  ctx.signal.addEventListener("abort", () => console.log(`${task.key}: asked to end`));
  await sleep(60_000, undefined, { signal: ctx.signal });
});

const recovery = { maxRetries: 0, retryDelayMs: 0, graceMs: 100 };

const late = team.orchestrate({ tasks: [{ key: "late", timeoutMs: 200 }], recovery });
const failed = await late.result;
console.log(`out of time: ${failed.status}, ${failed.reason}`);

const unwanted = team.orchestrate({ tasks: [{ key: "unwanted" }], recovery });
await unwanted.ready;
await unwanted.cancel("nobody needs it any more");
const cancelled = await unwanted.result;
console.log(`cancelled: ${cancelled.status}, ${cancelled.reason}`);
