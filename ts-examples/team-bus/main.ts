// What:  agents of a team talk to each other while they work, and whoever listens hears what the team does.
// Run:   npm run example team-bus
// See:   a writer that asks for a price and shows drafts, a reviewer that answers, and the team's own events beside them.
import { Polyphon } from "polyphon/node";

await using team = await Polyphon.open();

// The standing topics: every event of the team, and what somebody has to look at.
const seen = new Map<string, number>();
team.bus.subscribe<{ name: string }>("events", ({ payload: { name } }) => {
  seen.set(name, (seen.get(name) ?? 0) + 1);
});
team.bus.subscribe<{ title: string }>("priority", ({ payload }) => console.log(`urgent:   ${payload.title}`));

// Whoever holds the team takes part too.
team.bus.respond<string>("prices.ask", ({ payload }) => (payload === "tea" ? 3 : 5));

// A reviewer listens until the writer is done; both are agents with a task of their own.
team.agent("reviewer", { capabilities: ["review"] }, async (_, ctx) => {
  let reviews = 0;
  ctx.respond<string>("drafts.review", ({ payload, source }) => {
    reviews += 1;
    console.log(`reviewer: “${payload}” by ${source.slice(0, 6)}…`);
    return payload.length > 12 ? "good" : "longer, please";
  });
  // A last value is there for who comes later, too.
  await ctx.publish("reviewers.ready", true, { retain: true });
  for await (const _ of ctx.subscribe("drafts.done")) break;
  return reviews;
});

team.agent("writer", { capabilities: ["write"] }, async (_, ctx) => {
  const price = await ctx.request<number>("prices.ask", "tea");
  for await (const _ of ctx.subscribe("reviewers.ready")) break;
  let draft = "Tea";
  while ((await ctx.request("drafts.review", draft)) !== "good") draft = `${draft} costs ${price}`;
  await ctx.publish("drafts.done", draft);
  return draft;
});

const session = team.orchestrate({
  tasks: [
    { key: "review", needs: ["review"] },
    { key: "write", needs: ["write"] },
  ],
});
const { status, outputs } = await session.result;
console.log(outputs);
console.log(`${seen.get("TaskGranted")} tasks were given out, ${seen.get("TaskCompleted")} completed`);
const { requests } = team.bus.statistics;
console.log(`${requests.answered} requests were answered, the bus is ${team.bus.health().state}`);
process.exitCode = status === "completed" && seen.get("TaskCompleted") === 2 ? 0 : 1;
