// What:  the progress of a session, once as an Observable with operators and once as an async iterator.
// Run:   npm run example progress-stream
// See:   quarters of the way from the Observable, each ended task from the iterator, then "completed".
import { setTimeout as sleep } from "node:timers/promises";
import { Polyphon } from "polyphon/node";
import { distinctUntilChanged, map } from "rxjs";

await using team = await Polyphon.open();
team.agent("copier", { maxLoad: 2 }, async (task, ctx) => {
  for (let percentage = 0; percentage < 100; percentage += 20) {
    await sleep(30, undefined, { signal: ctx.signal });
    ctx.progress({ percentage, message: `copying ${task.key}` });
  }
});

const tasks = ["a", "b", "c", "d", "e", "f"].map((key) => ({ key }));
const session = team.orchestrate({ tasks });

session.progress$
  .pipe(
    map((progress) => Math.floor(progress.percentage / 25)),
    distinctUntilChanged(),
  )
  .subscribe((quarters) => console.log(`${quarters} of 4 quarters`));

for await (const event of session.events$) {
  if (event.type === "TaskCompleted") console.log(`${event.task} ended, by ${event.agent ?? "an agent"}`);
}
console.log((await session.result).status);
