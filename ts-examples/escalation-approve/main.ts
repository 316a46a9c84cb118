// What:  a wrong sum is never retried: the task and what needs it wait for a human, who looks and approves.
// Run:   npm run example escalation-approve
// See:   what the human is asked, what waits because of it, and both tasks completed after the answer.
import { type EscalationView, Polyphon } from "polyphon/node";

const asked = Promise.withResolvers<EscalationView>();
await using team = await Polyphon.open({ notify: async (escalation) => asked.resolve(escalation) });

team.agent("accountant", (task) => {
  if (task.key === "close") return "books closed";
  // The type of an error decides what becomes of it; this one is always for a human.
  throw Object.assign(new Error("expected 2083.33, got 2083.34"), { errorType: "calculation_error" });
});

const session = team.orchestrate({ tasks: [{ key: "sum" }, { key: "close", after: ["sum"] }] });

const escalation = await asked.promise;
console.log(`${escalation.severity}: ${escalation.task}: ${escalation.message}`);
console.log(`waits because of it: ${escalation.blockingTasks.join(", ")}`);
for (const advice of escalation.recommendedActions) console.log(`advice: ${advice}`);

await team.decide(escalation.id, "approve", { actor: "grace", note: "a cent of rounding, as every year" });
const { status } = await session.result;
const { tasks } = await session.view();
console.log(tasks.map((task) => `${task.id} ${task.status}`).join(", "));
process.exitCode = status === "completed" ? 0 : 1;
