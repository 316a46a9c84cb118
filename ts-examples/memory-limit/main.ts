// What:  a program takes more memory than its task was granted, is ended, and is given a smaller data set, then twice the memory.
// Run:   npm run example memory-limit
// See:   what each try used, how it ended, and what was done about it. Memory is watched on Linux; elsewhere the task completes at once.
import { Polyphon, type Program, processHost, systemClock } from "polyphon/node";

const program: Program = { argv: [process.execPath, "programs/hungry.ts"], cwd: import.meta.dirname };

await using team = await Polyphon.open({ totals: { memoryMb: 1_024 } });
await team.host("runner", {}, processHost({ clock: systemClock(), teamId: "memory-limit" })).ready;

const session = team.orchestrate({
  tasks: [{ key: "hungry", program, resources: { memoryMb: 150 } }],
  recovery: { retryDelayMs: 50, graceMs: 200 },
});
const { status } = await session.result;
const [task] = (await session.view()).tasks;
for (const { number, outcome, error, recovery } of task?.history ?? []) {
  const then = recovery === null ? "" : `; level ${recovery.level}: ${recovery.action}`;
  console.log(`try ${number} ${outcome}${error === null ? "" : `, ${error.type}: ${error.message}`}${then}`);
}
console.log(`granted in the end: ${task?.resources.memoryMb} MB`);
const recovered = task?.history.some(({ recovery }) => recovery?.action === "increase_allocation") === true;
process.exitCode = status === "completed" && (recovered || process.platform !== "linux") ? 0 : 1;
