// What:  three ways work ends early: a task out of time, a session that is cancelled, a wait that is given up.
// Run:   npm run example cancel-and-timeout
// See:   one line for each; the agent is told why through its AbortSignal, and the process ends at once.
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
