// What:  a session is paused, the team closed; another one opens the same journal, finds the session and resumes it.
// Run:   npm run example pause-and-resume
// See:   what was done at the pause, that nothing starts meanwhile, and the rest after it.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Polyphon } from "polyphon/node";

const folder = await mkdtemp(join(tmpdir(), "pause-and-resume-"));
const journal = join(folder, "team.db");
const done: string[] = [];

/** A team with one agent, which notes what it does. */
async function openTeam(): ReturnType<typeof Polyphon.open> {
  const team = await Polyphon.open(journal);
  await team.agent("clerk", { maxLoad: 1 }, (task) => done.push(task.key)).ready;
  return team;
}

try {
  {
    await using team = await openTeam();
    const session = team.orchestrate({ tasks: ["read", "sort", "file", "report"].map((key) => ({ key })) });
    for await (const event of session.events$) if (event.type === "TaskCompleted") break;
    await session.pause("the office closes");
    await team.drain();
    console.log(`paused after ${done.join(", ")}`);
  }
  const before = done.length;
  await using team = await openTeam();
  const [session] = team.sessions();
  if (session === undefined) throw new Error("the session is gone");
  console.log(`found again: ${(await session.view()).status}, ${done.length - before} tasks run meanwhile`);
  await session.resume();
  const { status } = await session.result;
  console.log(`${status}: ${done.join(", ")}`);
  process.exitCode = status === "completed" && before < 4 && new Set(done).size === done.length ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
