// What:  an agent falls silent in the middle of a task; it is taken for lost, and its task goes to another agent.
// Run:   npm run example agent-health
// See:   its health from one sign of life to the next, the two tries of the task, and that all this took no real minutes.
import { Polyphon } from "polyphon/node";
import { FakeClock } from "polyphon/testing";

const clock = new FakeClock();
await using team = await Polyphon.open({ clock });
let isWell = true;
const never = new Promise<never>(() => undefined);
await team.agent("old server", { priority: 1, heartbeatMs: 30_000, healthCheck: () => isWell }, () => never).ready;
await team.agent("new server", { heartbeatMs: 30_000 }, (task) => `${task.key} by the new server`).ready;

const session = team.orchestrate({ tasks: [{ key: "index" }] });
let result: Awaited<typeof session.result> | undefined;
void session.result.then((value) => (result = value));
for await (const event of session.events$) if (event.type === "TaskGranted") break;

let before = "";
for (let minutes = 0; result === undefined && minutes < 20; minutes += 0.5) {
  if (minutes === 5) isWell = false;
  await clock.advanceAsync(30_000);
  const old = (await team.agents()).find(({ name }) => name === "old server");
  const now = old === undefined ? "forgotten" : `${old.health}, ${old.status}`;
  if (now !== before) console.log(`after ${minutes + 0.5} min the old server is ${now}`);
  before = now;
}
for (const { number, agent, outcome } of (await session.view()).tasks[0]?.history ?? [])
  console.log(`try ${number} by the ${agent}: ${outcome}`);
console.log(result?.outputs);
process.exitCode = result?.outputs.index === "index by the new server" ? 0 : 1;
