// What:  an agent in another language: a child process that reads JSON and answers in JSON lines, judged by a metric it reports.
// Run:   npm run example process-agent
// See:   the same counts from a Python agent and from a Node agent (Python is left out where there is none).
import { spawnSync } from "node:child_process";
import { isDeepStrictEqual } from "node:util";
import { Polyphon, type Program, processHost, systemClock } from "polyphon/node";

const text = "the quick brown fox jumps over the lazy dog and the cat";
const cwd = import.meta.dirname;
const results: Program["results"] = [{ format: "jsonl" }];
const programs: Record<string, Program> = { node: { argv: [process.execPath, "agents/count.ts"], cwd, results } };
if (spawnSync("python3", ["--version"]).status === 0)
  programs.python = { argv: ["python3", "agents/count.py"], cwd, results };

await using team = await Polyphon.open();
const host = processHost({ clock: systemClock(), teamId: "process-agent" });
team.host("counter", { capabilities: ["counting"] }, host);

const session = team.orchestrate({
  tasks: Object.entries(programs).map(([key, program]) => ({
    key,
    needs: ["counting"],
    program,
    input: { text },
    criteria: { distinct_words: 9 },
  })),
});
const { status, outputs } = await session.result;
console.log(outputs);
const answers = Object.values(outputs);
process.exitCode = status === "completed" && answers.every((answer) => isDeepStrictEqual(answer, answers[0])) ? 0 : 1;
