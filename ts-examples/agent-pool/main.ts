// What:  a pool of one to four agents grows with the work that waits, and shrinks when there is none.
// Run:   npm run example agent-pool
// See:   agents that are started while twelve tasks wait, and that one is left afterwards.
import { setTimeout as sleep } from "node:timers/promises";
import { Polyphon } from "polyphon/node";

await using team = await Polyphon.open();
const live = async (): Promise<number> =>
  (await team.agents()).filter(({ status }) => status === "idle" || status === "busy").length;

await team.pool("worker", { min: 1, max: 4, maxLoad: 1, idleTimeoutMs: 100 }, () => sleep(60)).ready;
const tasks = Array.from({ length: 12 }, (_, at) => ({ key: `page ${at + 1}` }));
const session = team.orchestrate({ tasks });

const workers = new Set<string | null>();
for await (const event of session.events$) {
  if (event.type === "TaskGranted" && !workers.has(event.agent)) {
    workers.add(event.agent);
    console.log(`${event.agent} joins in`);
  }
  if (event.type === "SessionEnded") break;
}
const most = workers.size;
for (let waited = 0; (await live()) > 1 && waited < 100; waited += 1) await sleep(50);
const rest = await live();
console.log(`${most} agents at most, ${rest} in the end`);
process.exitCode = most > 1 && most <= 4 && rest === 1 ? 0 : 1;
