// The process that is killed: six tasks, one after another, each recorded in the journal named on the command line.
import { setTimeout as sleep } from "node:timers/promises";
import { Polyphon } from "polyphon/node";

await using team = await Polyphon.open(process.argv[2] as string);
team.agent("baker", { maxLoad: 1 }, async (task, ctx) => {
  await sleep(150, undefined, { signal: ctx.signal });
  console.log(`ran ${task.key}`);
  return `${task.key} done`;
});

const [unfinished] = team.sessions();
const session =
  unfinished ??
  team.orchestrate({
    tasks: ["mix", "knead", "rest", "shape", "bake", "cool"].map((key, at, keys) => ({
      key,
      after: keys.slice(Math.max(0, at - 1), at),
    })),
  });
const { status, outputs } = await session.result;
console.log(`${status}: ${Object.keys(outputs).length} results`);
