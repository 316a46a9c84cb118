// What:  recorded task graphs (WfFormat 1.5) replayed by a team, against the bound and against greedy list scheduling.
// Run:   npm run example workflow-traces -- [--json] [--workers 4] [FILE or FOLDER]     default: the graph in this folder
// See:   for each graph a makespan of about 3 s, at most 1.1 times the greedy one.
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { TraceError } from "./src/graph.ts";
import { BOUND_MS, type Replay, replay } from "./src/replay.ts";
import { parseWorkflow } from "./src/wfformat.ts";

/** Most a makespan may be above the greedy one. */
const LIMIT = 1.1;

interface Options {
  readonly json: boolean;
  readonly workers: number;
  readonly path: string;
}

function readOptions(argv: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { json: { type: "boolean", default: false }, workers: { type: "string", default: "4" } },
  });
  const workers = Number(values.workers);
  if (!Number.isInteger(workers) || workers < 1 || workers > 256)
    throw new TraceError("--workers takes a number from 1 to 256");
  if (positionals.length > 1) throw new TraceError(`one file or folder at a time, not ${positionals.join(" and ")}`);
  return { json: values.json, workers, path: positionals[0] ?? join(import.meta.dirname, "graphs") };
}

async function filesAt(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new TraceError(`there is no ${path}`);
  if (found.isFile()) return [path];
  const files = (await readdir(path)).filter((file) => file.endsWith(".json")).sort();
  if (files.length === 0) throw new TraceError(`${path} holds no .json files`);
  return files.map((file) => join(path, file));
}

function line(graph: Replay): string {
  const ratio = graph.makespan_ms / graph.greedy_ms;
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(3)} s`.padStart(9);
  const verdict = graph.completed < graph.tasks ? "  not completed" : ratio > LIMIT ? `  above ${LIMIT}` : "";
  const counts = `${graph.completed}/${graph.tasks}`.padStart(9);
  return `${graph.name.padEnd(18)}${counts}${seconds(graph.bound_ms)}${seconds(graph.greedy_ms)}${seconds(graph.makespan_ms)}${ratio.toFixed(3).padStart(8)}${verdict}`;
}

async function main(): Promise<number> {
  const { json, workers, path } = readOptions(process.argv.slice(2));
  const files = await filesAt(path);
  const recorded = await Promise.all(
    files.map(async (file) => parseWorkflow(await readFile(file, "utf8"), basename(file))),
  );
  if (!json)
    console.log(
      `${workers} workers, every graph scaled to a bound of ${BOUND_MS / 1_000} s\n${"graph".padEnd(18)}    tasks    bound   greedy makespan   ratio`,
    );
  const graphs: Replay[] = [];
  for (const graph of recorded) {
    graphs.push(await replay(graph, workers));
    if (!json) console.log(line(graphs.at(-1) as Replay));
  }
  if (json) console.log(JSON.stringify({ graphs }, null, 2));
  return graphs.every((graph) => graph.completed === graph.tasks && graph.makespan_ms <= LIMIT * graph.greedy_ms)
    ? 0
    : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  const usage =
    error instanceof TraceError ||
    (error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS"));
  if (!usage) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
