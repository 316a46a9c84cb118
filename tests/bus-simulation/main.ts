// Simulates the volatile lane of the bus: several buses, the network between them and everybody who publishes, listens and
// asks, from a seed, on simulated time. With `--planted` known defects lie in the bus, one at a time,
// and each must be found.
// usage: node tests/bus-simulation/main.ts [--seeds 300] [--from 1] [--events 150] [--planted] [--trace]
import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import { missing } from "./counters.ts";
import { draw } from "./draw.ts";
import { DEFECTS, restore } from "./planted.ts";
import { type Outcome, run } from "./run.ts";
import { shrink } from "./shrink.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "300" },
    from: { type: "string", default: "1" },
    events: { type: "string", default: "150" },
    planted: { type: "boolean", default: false },
    trace: { type: "boolean", default: false },
  },
});
const [seeds, from, events] = [Number(values.seeds), Number(values.from), Number(values.events)];
const write = (line: string): void => void process.stdout.write(`${line}\n`);
/** Seeds that are run twice: the same seed gives the same bytes. */
const TWICE = 10;
/** Below that some things may not have happened. */
const SEEDS_FOR_ALL = 100;
process.exitCode = values.planted ? await hunt() : await storm();

/** Runs every seed; answers the exit code. */
async function storm(): Promise<number> {
  const counted = new Map<string, number>();
  const digest = createHash("sha256");
  let failed = 0;
  process.on("unhandledRejection", (error) => {
    write(`a promise was rejected and nobody heard: ${(error as Error)?.stack ?? error}`);
    failed += 1;
  });
  for (let seed = from; seed < from + seeds; seed++) {
    const outcome = await run(draw(seed, events));
    if (seed < from + TWICE && `${(await run(draw(seed, events))).trace}` !== `${outcome.trace}`) {
      write(`seed ${seed} went another way when it was run again`);
      failed += 1;
    }
    for (const line of outcome.trace) digest.update(`${line}\n`);
    for (const [what, count] of outcome.counted) counted.set(what, (counted.get(what) ?? 0) + count);
    if (values.trace) write(outcome.trace.join("\n"));
    if (outcome.violation === undefined) continue;
    failed += 1;
    await report(seed, outcome);
  }
  for (const [what, count] of [...counted].sort()) write(`${String(count).padStart(10)}  ${what}`);
  const never = seeds >= SEEDS_FOR_ALL ? missing(counted) : [];
  for (const what of never) write(`never happened: ${what}`);
  write(`trace ${digest.digest("hex").slice(0, 16)}`);
  write(`${Math.max(seeds - failed, 0)} passed, ${failed + never.length} failed`);
  return failed + never.length > 0 ? 1 : 0;
}

/** Plants one defect after the other; each must be found by its invariant alone. Answers the exit code. */
async function hunt(): Promise<number> {
  // What a defect breaks elsewhere is not looked at.
  process.on("unhandledRejection", () => undefined);
  let found = 0;
  for (const { name, breaks, plant } of DEFECTS) {
    plant();
    const violated = await firstViolation(breaks);
    restore();
    if (violated === undefined) write(`NOT FOUND with ${seeds} seeds: ${name}`);
    else write(`found with seed ${violated.seed}: ${name}\n    ${breaks}: ${violated.message}`);
    found += violated === undefined ? 0 : 1;
  }
  write(`${found} passed, ${DEFECTS.length - found} failed`);
  return found === DEFECTS.length ? 0 : 1;
}

async function firstViolation(
  invariant: string,
): Promise<{ readonly seed: number; readonly message: string } | undefined> {
  for (let seed = from; seed < from + seeds; seed++) {
    const { violation } = await run(draw(seed, events), undefined, invariant);
    if (violation?.invariant === invariant) return { seed, message: violation.message };
  }
  return undefined;
}

async function report(seed: number, { violation, trace }: Outcome): Promise<void> {
  const plan = draw(seed, events);
  const fewer = await shrink(plan, violation?.invariant ?? "");
  const again = await run(plan, fewer);
  write(`\nseed ${seed}: ${violation?.invariant}\n  ${violation?.message}`);
  write(
    `  ${fewer.length} of ${plan.events.length} events are enough, in ${JSON.stringify({ ...plan, events: undefined })}:`,
  );
  for (const event of fewer) write(`    ${JSON.stringify(event)}`);
  write(`  which gives: ${again.violation?.message}`);
  for (const line of again.trace.slice(-25)) write(`    ${line}`);
  write(`  again: node tests/bus-simulation/main.ts --seeds 1 --from ${seed} --events ${events}`);
  write(`  its whole trace (${trace.length} lines): add --trace`);
}
