// Takes turns between what is compared. Each runs in a process of its own, lest what one does to the engine (hooks, patched
// prototypes, types seen at a call) is another one's cost; in turns, so that each meets the machine as the others do.
import { fork } from "node:child_process";
import { once } from "node:events";
import type { Rows } from "../lib/rows.ts";

/** What is compared, set up. */
export interface Contestant {
  run(calls: number): void | Promise<void>;
  /** Messages its handlers were called with since the start, where that is to be compared. */
  heard?(): number;
}

/** How each is set up, by name of its row's subject. */
export type Contestants = Readonly<Record<string, () => Contestant | Promise<Contestant>>>;

interface Turn {
  readonly ns: number;
  readonly heard: number;
}

const ROUNDS = 15;
/** Rounds before those that count: engines compile what runs often, and compile it again. */
const WARM_ROUNDS = 5;
const OPTION = "--contestant";

/**
 * Adds a row for each contestant: nanoseconds of CPU time for one call, the median of its rounds. All must have heard of the
 * same number of messages; those of `others` need not.
 */
export async function takeTurns(
  rows: Rows,
  metric: string,
  calls: number,
  contestants: Contestants,
  others: readonly string[] = [],
): Promise<void> {
  const at = process.argv.indexOf(OPTION);
  if (at >= 0) return serve(process.argv[at + 1] ?? "", metric, calls, contestants);
  const names = Object.keys(contestants);
  const processes = names.map((name) =>
    fork(process.argv[1] as string, [...process.argv.slice(2), OPTION, `${metric} ${name}`], {
      execArgv: process.execArgv,
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    }),
  );
  const taken = names.map((): Turn[] => []);
  try {
    for (let round = 0; round < WARM_ROUNDS + ROUNDS; round++) {
      for (const [index, each] of processes.entries()) {
        each.send("go");
        const [turn] = (await once(each, "message")) as [Turn];
        if (round >= WARM_ROUNDS) taken[index]?.push(turn);
      }
    }
  } finally {
    for (const each of processes) each.disconnect();
  }
  const heard = names.filter((name) => !others.includes(name)).map((name) => taken[names.indexOf(name)]?.at(-1)?.heard);
  if (new Set(heard).size > 1) throw new Error(`they disagree about ${metric}: ${heard.join(", ")}`);
  for (const [index, name] of names.entries()) {
    const all = taken[index]?.map(({ ns }) => ns).toSorted((a, b) => a - b) ?? [];
    rows.add(name, metric, all[all.length >> 1] as number, "ns");
  }
}

/** In the process of one contestant: a turn for each message, until the other end hangs up. */
async function serve(wanted: string, metric: string, calls: number, contestants: Contestants): Promise<void> {
  const [name = ""] = Object.keys(contestants).filter((each) => `${metric} ${each}` === wanted);
  const set = contestants[name];
  if (set === undefined) return;
  const contestant = await set();
  process.on("message", async () => {
    const before = process.cpuUsage();
    await contestant.run(calls);
    const { user, system } = process.cpuUsage(before);
    process.send?.({ ns: ((user + system) * 1_000) / calls, heard: contestant.heard?.() ?? 0 } satisfies Turn);
  });
  await once(process, "disconnect");
  process.exit(0);
}
