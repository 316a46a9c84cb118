// What:  a process is killed (SIGKILL) between two tasks and started again on the same journal.
// Run:   npm run example crash-and-resume
// See:   the second process does not run what the first one recorded, and all six results are there.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** Runs the team; after `killAfter` tasks it is killed. Answers the lines it printed. */
async function run(journal: string, killAfter: number): Promise<string[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "agents/bakery.ts"), journal], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  const closed = once(child, "close");
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    console.log(`  ${line}`);
    // A moment later the result of that task is in the journal and the next task has begun.
    if (lines.length === killAfter) setTimeout(() => child.kill("SIGKILL"), 75);
  }
  await closed;
  return lines;
}

const folder = await mkdtemp(join(tmpdir(), "crash-and-resume-"));
try {
  console.log("first process:");
  const first = await run(join(folder, "team.db"), 3);
  console.log("killed. second process:");
  const second = await run(join(folder, "team.db"), Number.POSITIVE_INFINITY);
  const twice = first.filter((line) => second.includes(line));
  console.log(twice.length === 0 ? "nothing ran twice" : `ran twice: ${twice.join(", ")}`);
  process.exitCode = twice.length === 0 && second.at(-1) === "completed: 6 results" ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
