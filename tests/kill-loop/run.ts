// Kills a real process again and again and asks an outside log whether anything was lost or doubled.
// usage: node run.ts [--kills 200] [--seed N]
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { readLedger } from "./journal.ts";

/** Calls that wait for an answer at once. */
const IN_FLIGHT = 40;
/** Longest time a process lives before it is killed, in milliseconds after it is ready. */
const LONGEST_LIFE_MS = 120;

const { values } = parseArgs({ options: { kills: { type: "string" }, seed: { type: "string" } } });
const kills = Number(values.kills ?? 200);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const random = generator(seed);
const folder = mkdtempSync(join(tmpdir(), "polyphon-kill-"));
const file = join(folder, "team.db");

/** What the client knows of each call: `unknown` until it was answered, and never taken for failed. */
const log = new Map<string, "unknown" | "acknowledged" | "done">();
const readyMs: number[] = [];
const problems: string[] = [];
let calls = 0;

for (let kill = 1; kill <= kills; kill++) {
  await live(true);
  if (kill % 25 === 0)
    console.log(`${kill} kills, ${calls} calls, ${count("done")} done, ${count("unknown")} unanswered`);
}
await live(false);
await judge();
rmSync(folder, { recursive: true, force: true });

/** One life of the process: repeats what was not answered, sends more, and dies or finishes. */
async function live(dies: boolean): Promise<void> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "service.ts"), file], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.on("error", () => undefined);
  const ended = new Promise<void>((resolve) => child.on("exit", () => resolve()));
  for (const [key, state] of log) if (state !== "done") call(child, key);
  const more = (): void => {
    while (dies && open() < IN_FLIGHT) {
      const key = `k${++calls}`;
      log.set(key, "unknown");
      call(child, key);
    }
    if (!dies && open() === 0) child.stdin.end(() => child.kill("SIGKILL"));
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    const [word, rest = ""] = line.split(" ");
    if (word === "ready") {
      if (dies) setTimeout(() => child.kill("SIGKILL"), random() * LONGEST_LIFE_MS);
      more();
    } else if (word === "grant") readyMs.push(Number(rest));
    else if (word === "ack" && log.get(rest) !== "done") log.set(rest, "acknowledged");
    else if (word === "done") {
      log.set(rest, "done");
      more();
    } else if (word === "bad") problems.push(`${rest} ended with a wrong result`);
  });
  await ended;
}

async function judge(): Promise<void> {
  const ledger = await readLedger(file);
  for (const [key, state] of log) {
    const sessions = ledger.sessions.get(key) ?? 0;
    if (state !== "unknown" && sessions === 0) problems.push(`${key} was acknowledged and is lost`);
    if (sessions > 1) problems.push(`${key} was doubled: ${sessions} sessions`);
    if (sessions === 1 && !ledger.ended.has(key)) problems.push(`${key} never ended`);
    for (const task of ["first", "last"]) {
      const completions = ledger.completions.get(`${key}/${task}`) ?? 0;
      if (sessions === 1 && completions !== 1) problems.push(`${key}/${task} completed ${completions} times`);
    }
  }
  if (new Set(ledger.endedFences).size !== ledger.endedFences.length) problems.push("a fence was accepted twice");
  if (ledger.hashes < 1) problems.push("no state hash was compared");
  const sorted = readyMs.sort((a, b) => a - b);
  console.log(
    `${kills} kills, ${log.size} calls, ${ledger.events} events, ${ledger.hashes} state hashes agree; ` +
      `start to first grant: median ${sorted[sorted.length >> 1]} ms, worst ${sorted.at(-1)} ms`,
  );
  for (const problem of problems.slice(0, 20)) console.error(problem);
  console.log(`lost or doubled: ${problems.length}`);
  console.log(problems.length === 0 ? `${kills} passed, 0 failed` : `0 passed, ${problems.length} failed`);
  if (problems.length > 0) {
    console.error(`repeat with: node tests/kill-loop/run.ts --kills ${kills} --seed ${seed}`);
    process.exitCode = 1;
  }
}

function call(child: ChildProcess, key: string): void {
  child.stdin?.write(`${JSON.stringify({ key })}\n`);
}

function open(): number {
  let waiting = 0;
  for (const state of log.values()) if (state !== "done") waiting++;
  return waiting;
}

function count(wanted: string): number {
  return [...log.values()].filter((state) => state === wanted).length;
}

/** A small generator, so that a run can be repeated. */
function generator(start: number): () => number {
  let state = start >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
