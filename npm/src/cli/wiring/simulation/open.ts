import { rm } from "node:fs/promises";
import type { LoadedConfig } from "../../../config/index.ts";
import { PolyphonError } from "../../../errors/error.ts";
import { Polyphon } from "../../../node.ts";
import { openReader } from "../../../stores/sqlite/sqlite-reader.ts";
import { sqliteStore } from "../../../stores/sqlite/sqlite-store.ts";
import { FakeClock } from "../../../testing/fake-clock.ts";
import type { Session, Simulation, Team } from "../../ports.ts";
import { addCrew, settingsOf } from "../crew.ts";
import { facade } from "../facade.ts";
import { busyStore } from "./busy-store.ts";
import { simulatedHost } from "./host.ts";
import { timePasser } from "./time.ts";

/** Opens a team of simulated agents on simulated time. One seed, one result; hours take moments. */
export async function openSimulated(db: string, config: LoadedConfig, { seed, anew }: Simulation): Promise<Team> {
  if (anew) await removeDatabase(db);
  const clock = new FakeClock();
  const { store, busy } = busyStore(sqliteStore(db));
  const team = await Polyphon.open({ store, clock, seed, ...settingsOf(config) });
  // Time begins with the session: how long this process takes until then must not show in it.
  let time: ReturnType<typeof timePasser> | undefined;
  const close = async (): Promise<void> => {
    time?.stop();
    await team.close();
  };
  const passing = async (session: Promise<Session>): Promise<Session> => {
    const begun = await session;
    time ??= timePasser(clock, busy);
    return begun;
  };
  try {
    await addCrew(team, config, simulatedHost(config, seed, clock), clock);
  } catch (error) {
    await close();
    throw error;
  }
  const face = facade(team, () => clock.wallMs(), close);
  return {
    ...face,
    start: (plan) => passing(face.start(plan)),
    resume: (id, plan) => passing(face.resume(id, plan)),
  };
}

/** Removes what an earlier simulation left, unless one still runs there: that one keeps its files and its lock. */
async function removeDatabase(db: string): Promise<void> {
  try {
    const reader = await openReader(db, { thread: "caller" });
    const owner = await reader.owner();
    await reader.close();
    if (owner !== undefined) return;
  } catch (error) {
    if (!(error instanceof PolyphonError)) throw error;
    // A file that is none of ours is refused when it is opened for good.
    if (error.code !== "STORE_CORRUPT") return;
  }
  for (const ending of ["", "-wal", "-shm"]) await rm(`${db}${ending}`, { force: true });
}
