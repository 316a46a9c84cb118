// What:  five tasks share 4 GB and two cores: the urgent go first, and no more start than fit.
// Run:   npm run example priorities-and-resources
// See:   the order of starts, the highest memory reserved at once, and a phase that waits for the gate of the one before.
import { setTimeout as sleep } from "node:timers/promises";
import { Polyphon } from "polyphon/node";

await using team = await Polyphon.open({ totals: { memoryMb: 4_096, cpuCores: 2 } });
let reserved = 0;
let highest = 0;
const started: string[] = [];
await team.agent("worker", async (task) => {
  started.push(task.key);
  reserved += task.resources.memoryMb;
  highest = Math.max(highest, reserved);
  await sleep(50);
  reserved -= task.resources.memoryMb;
}).ready;

const session = team.orchestrate({
  classes: { heavy: { memoryMb: 3_072, cpuCores: 1 }, light: { memoryMb: 1_024, cpuCores: 1, maxParallel: 1 } },
  tasks: [
    { key: "backup", class: "heavy", priority: "low" },
    { key: "thumbnails", class: "light" },
    { key: "invoices", class: "light", priority: "high" },
    { key: "alarm", class: "heavy", priority: "critical" },
    { key: "summary", class: "light" },
  ],
  phases: [
    { name: "WORK", mode: "parallel", tasks: ["backup", "thumbnails", "invoices", "alarm"] },
    { name: "SUMMARY", mode: "sequential", tasks: ["summary"] },
  ],
});
const { status } = await session.result;
console.log(`started: ${started.join(", ")}`);
console.log(`reserved at most: ${highest} of 4096 MB`);
for (const phase of (await session.view()).phases) console.log(`${phase.name} ${phase.status}`);
const inOrder = started[0] === "alarm" && started[1] === "invoices" && started.at(-1) === "summary";
process.exitCode = status === "completed" && inOrder && highest <= 4_096 ? 0 : 1;
