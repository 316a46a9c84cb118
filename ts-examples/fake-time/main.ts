// What:  an agent is tested with a clock that the test moves: a retry an hour later takes no time at all.
// Run:   npm run example fake-time
// See:   both tries, an hour apart by the journal, and how long that really took.
import { Polyphon } from "polyphon/node";
import { FakeClock } from "polyphon/testing";

const began = performance.now();
const clock = new FakeClock({ wallMs: Date.UTC(2030, 0, 1, 9) });
await using team = await Polyphon.open({ clock, seed: 1 });
team.agent("caller", (_, ctx) => {
  if (ctx.attempt.number === 1) throw Object.assign(new Error("busy"), { errorType: "network_error" });
  return "answered";
});

const session = team.orchestrate({ tasks: [{ key: "call" }], recovery: { retryDelayMs: 3_600_000 } });
for await (const event of session.events$) if (event.type === "TaskAttemptFailed") break;
await clock.advanceAsync(3_600_000);
const { status } = await session.result;

const tries = (await session.view()).tasks[0]?.history ?? [];
for (const { number, started, outcome } of tries)
  console.log(`${new Date(started).toISOString()} try ${number} ${outcome}`);
const apart = (tries[1]?.started ?? 0) - (tries[0]?.started ?? 0);
console.log(`${apart / 60_000} minutes in ${performance.now() - began < 5_000 ? "no time" : "too long"}`);
process.exitCode = status === "completed" && apart >= 1_800_000 ? 0 : 1;
