// What:  five tasks in a row fail; an alert holds back the rest until somebody has looked and lets them go on.
// Run:   npm run example alerts
// See:   the alert and what it does, that nothing new starts, and the end after the session was resumed.
import { Polyphon } from "polyphon/node";

await using team = await Polyphon.open();
let isDown = true;
team.agent("caller", { maxLoad: 1 }, (task) => {
  if (isDown) throw Object.assign(new Error("503 Service Unavailable"), { errorType: "service_down" });
  return `${task.key} answered`;
});

const session = team.orchestrate({
  tasks: Array.from({ length: 8 }, (_, at) => ({ key: `call ${at + 1}` })),
  recovery: { maxRetries: 0, escalationThreshold: 99 },
});
for await (const event of session.events$) if (event.type === "AlertRaised") break;

const { alerts, tasks } = await session.view();
for (const { rule, severity, action, details } of alerts) console.log(`${severity}: ${rule}, ${details}; ${action}`);
const tally = (status: string, of = tasks): number => of.filter((task) => task.status === status).length;
console.log(`${tally("failed")} failed, ${tally("ready")} held back`);

isDown = false;
await session.resume();
await session.result;
const after = (await session.view()).tasks;
console.log(`${tally("failed", after)} failed, ${tally("completed", after)} completed`);
process.exitCode = tally("failed", after) === 5 && tally("completed", after) === 3 ? 0 : 1;
