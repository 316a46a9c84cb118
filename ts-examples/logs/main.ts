// What:  what agents write while they work, a function and a program alike, as one stream.
// Run:   npm run example logs
// See:   each line with its time, level, agent, task and try; a warning of the first try, then the second.
import { Polyphon, type Program, processHost, systemClock } from "polyphon/node";

await using team = await Polyphon.open();
team.agent("thinker", { capabilities: ["thinking"] }, (task, ctx) => {
  ctx.log.info(`looking at ${task.key}`);
  if (ctx.attempt.number > 1) return "understood";
  ctx.log.warn("that was too fast");
  throw Object.assign(new Error("again, please"), { errorType: "network_error" });
});
await team.host("shell", { capabilities: ["running"] }, processHost({ clock: systemClock(), teamId: "logs" })).ready;

const program: Program = { argv: [process.execPath, "-e", "console.error('hello from a program')"], cwd: "/" };
const session = team.orchestrate({
  tasks: [
    { key: "idea", needs: ["thinking"] },
    { key: "greeting", needs: ["running"], program, after: ["idea"] },
  ],
  recovery: { retryDelayMs: 50 },
});
const lines: string[] = [];
session.logs$.subscribe(({ timeMs, level, agent, task, attempt, text }) => {
  lines.push(text);
  console.log(`${new Date(timeMs).toISOString()} ${level.padEnd(5)} ${agent}, ${task} #${attempt}: ${text}`);
});
const { status } = await session.result;
process.exitCode = status === "completed" && lines.includes("that was too fast") && lines.length >= 4 ? 0 : 1;
