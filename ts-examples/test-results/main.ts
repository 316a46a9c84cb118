// What:  three programs report their tests in three formats and are judged by criteria on what was measured.
// Run:   npm run example test-results
// See:   the measured values of each; two meet their criteria, the third has a failing test, which a human gives up.
import { Polyphon, type Program, processHost, systemClock } from "polyphon/node";

const program = (file: string, results: NonNullable<Program["results"]>): Program => ({
  argv: [process.execPath, `programs/${file}`],
  cwd: import.meta.dirname,
  results,
});

await using team = await Polyphon.open();
await team.host("runner", { maxLoad: 3 }, processHost({ clock: systemClock(), teamId: "test-results" })).ready;

const session = team.orchestrate({
  tasks: [
    { key: "tap", program: program("tap.ts", [{ format: "tap" }]), criteria: { pass_rate: 1 } },
    {
      key: "jsonl",
      program: program("jsonl.ts", [{ format: "jsonl" }]),
      criteria: { requests_per_second: 1_000, p99_ms_max: 20 },
    },
    {
      key: "junit",
      program: program("junit.ts", [{ format: "junit", path: "{{dir}}/junit.xml" }]),
      criteria: { pass_rate: 0.9 },
    },
  ],
});
// A test that fails says that the program is wrong, which no retry makes right: the third task asks a human.
for await (const event of session.events$) if (event.type === "EscalationRaised") break;
for (const { id, task, issueType, message } of (await session.view()).escalations) {
  console.log(`${task} asks: ${issueType}, ${message}`);
  await team.decide(id, "abort");
}
const { status } = await session.result;
const { tasks } = await session.view();
for (const { id, status, criteria } of tasks) {
  const judged = criteria.map(({ name, measured, met }) => `${name} ${measured} ${met ? "met" : "missed"}`);
  console.log(`${id.padEnd(6)}${status.padEnd(10)}${judged.join(", ")}`);
}
const ended = tasks.map((task) => task.status).join(" ");
process.exitCode = status === "failed" && ended === "completed completed failed" ? 0 : 1;
