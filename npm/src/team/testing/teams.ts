import type { AgentHost, AttemptResult } from "../../hosts/host.ts";
import type { FakeClock } from "../../testing/fake-clock.ts";
import { loadKernel } from "../../wasm/node.ts";
import type { OpenOptions } from "../options.ts";
import { Team } from "../team.ts";

/** Opens teams for tests and closes them all. */
export class Teams {
  readonly #module = loadKernel();
  readonly #open: Team[] = [];

  async open(options: OpenOptions = {}): Promise<Team> {
    const platform = { loadModule: () => this.#module, directory: async () => "/nowhere" };
    const team = await Team.open(platform, { module: this.#module, ...options });
    this.#open.push(team);
    return team;
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((team) => team.close()));
  }
}

/** Moves time on in steps, so that whatever follows from one step happens before the next. */
export async function pass(clock: FakeClock, ms: number, stepMs = 1_000): Promise<void> {
  for (let left = ms; left > 0; left -= stepMs) await clock.advanceAsync(Math.min(left, stepMs));
}

/** A host whose attempts end as told. */
export function scriptedHost(result: Partial<AttemptResult>, kind = "function"): AgentHost {
  const usage = { memoryPeakBytes: null, cpuMs: null, diskBytes: null };
  return {
    kind,
    run: async () => ({ ok: true, metrics: {}, artifacts: [], usage, durationMs: 1, ...result }),
    close: async () => undefined,
  };
}
