// What the agents of a session share: reads from memory, durable writes, and a lock that goes from hand to hand.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Polyphon, type Session, type Team } from "polyphon/node";
import { keepInFlight } from "../lib/in-flight.ts";
import { quantile } from "../lib/quantiles.ts";
import type { Rows } from "../lib/rows.ts";

const KEYS = 1_000;
const READS = 1_000_000;
const WRITES = 100_000;
/** Writes that wait for the disk at once. */
const IN_FLIGHT = 1_000;
const HANDS = 2_000;
const SUBJECT = "polyphon-sqlite-full";

/** Adds the rows of sessions: a team with a file of its own, synced with every commit. */
export async function sessionRows(rows: Rows): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "polyphon-bench-"));
  const team = await Polyphon.open(join(folder, "team.db"));
  try {
    const session = await opened(team);
    const keys = Array.from({ length: KEYS }, (_, at) => `key-${at}`);
    const write = (at: number): Promise<unknown> => session.state.shared.set(keys[at % KEYS] as string, { at });
    await keepInFlight(WRITES / 5, IN_FLIGHT, write);
    const seconds = await keepInFlight(WRITES, IN_FLIGHT, write);
    rows.add(SUBJECT, "session_writes_per_second", WRITES / seconds, "1/s");
    rows.add(SUBJECT, "session_reads_per_second", await reads(session, keys), "1/s");
    const hands = await handOvers(await opened(team));
    rows.add(SUBJECT, "lock_hand_over_p50_ms", quantile(hands, 0.5), "ms");
    rows.add(SUBJECT, "lock_hand_over_p99_ms", quantile(hands, 0.99), "ms");
  } finally {
    await team.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function opened(team: Team): Promise<Session> {
  const session = team.openSession();
  await session.ready;
  return session;
}

async function reads(session: Session, keys: readonly string[]): Promise<number> {
  let found = 0;
  let perSecond = 0;
  // The second round is measured.
  for (let round = 0; round < 2; round++) {
    const began = performance.now();
    for (let read = 0; read < READS; read++) {
      if ((await session.state.shared.get(keys[read % KEYS] as string)) !== undefined) found++;
    }
    perSecond = READS / ((performance.now() - began) / 1000);
  }
  if (found !== 2 * READS) throw new Error(`${found} of ${2 * READS} were found`);
  return perSecond;
}

/** Milliseconds from the call that gives the lock back to the moment whoever waited has it. */
async function handOvers({ state }: Session): Promise<number[]> {
  const times: number[] = [];
  let held = await state.lock("ledger", { owner: "0" });
  for (let hand = 1; hand <= HANDS; hand++) {
    const next = state.lock("ledger", { owner: String(hand % 2) });
    // It waits in the journal before the one before it lets go.
    await state.shared.set("turn", hand);
    const began = performance.now();
    const [lock] = await Promise.all([next, held.release()]);
    times.push(performance.now() - began);
    if (lock.fence <= held.fence) throw new Error("a fence must grow");
    held = lock;
  }
  await held.release();
  return times.slice(HANDS / 10);
}
