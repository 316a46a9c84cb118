// What:  two agents and two tasks; what the first finds, the second is given.
// Run:   npm run example hello-team
// See:   the percentage at each step, then the outputs of both tasks; team.db holds the journal of everything that happened.
import { Polyphon } from "polyphon/node";

await using team = await Polyphon.open("team.db"); // one SQLite file; nothing else to run
team.agent("analyst", { capabilities: ["data_analysis"] }, (task) => analyse(task.input as string));
team.agent("writer", { capabilities: ["document_creation"] }, async (_task, ctx) => {
  const { analyse } = await ctx.outputs();
  return write(analyse as Totals);
});

const session = team.orchestrate({
  tasks: [
    { key: "analyse", needs: ["data_analysis"] },
    { key: "write", needs: ["document_creation"], after: ["analyse"] },
  ],
  input: "north,120\nsouth,80\nnorth,30",
});
session.progress$.subscribe((progress) => console.log(`${progress.percentage} %`));
const { status, outputs } = await session.result;
console.log(outputs);
process.exitCode = status === "completed" ? 0 : 1;

type Totals = Readonly<Record<string, number>>;

function analyse(csv: string): Totals {
  const totals: Record<string, number> = {};
  for (const line of csv.split("\n")) {
    const [region = "", amount] = line.split(",");
    totals[region] = (totals[region] ?? 0) + Number(amount);
  }
  return totals;
}

function write(totals: Totals): string {
  return Object.entries(totals)
    .map(([region, total]) => `${region} sold ${total}.`)
    .join(" ");
}
