import type { LoadedConfig } from "../../../config/index.ts";
import { Polyphon } from "../../../node.ts";
import { sqliteStore } from "../../../stores/sqlite/sqlite-store.ts";
import { FakeClock } from "../../../testing/fake-clock.ts";
import type { Team } from "../../ports.ts";
import { agentNames } from "../agent-names.ts";
import { facade } from "../facade.ts";
import { busyStore } from "./busy-store.ts";
import { simulatedHost } from "./host.ts";
import { timePasser } from "./time.ts";

/** Opens a team of simulated agents on simulated time. One seed, one result; hours take moments. */
export async function openSimulated(db: string, config: LoadedConfig, seed: number): Promise<Team> {
  const clock = new FakeClock();
  const { store, busy } = busyStore(sqliteStore(db));
  const { totals } = config.plan;
  const team = await Polyphon.open({ store, clock, ...(totals === undefined ? {} : { totals }) });
  const time = timePasser(clock, busy);
  const close = async (): Promise<void> => {
    time.stop();
    await team.close();
  };
  try {
    const host = simulatedHost(config, seed, clock);
    for (const name of agentNames(config.pool.max)) await team.host(name, { maxLoad: 1 }, host).ready;
  } catch (error) {
    await close();
    throw error;
  }
  return facade(team, () => clock.wallMs(), close);
}
