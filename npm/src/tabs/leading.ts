import type { Bus } from "../bus/bus.ts";
import { acceptAgents } from "../hosts/remote/door.ts";
import type { Clock } from "../runtime/clock.ts";
import { takeLock } from "../stores/indexeddb/lock.ts";
import type { Team } from "../team/team.ts";
import { memoryTransport } from "../transports/memory/memory-transport.ts";
import type { Transport } from "../transports/transport.ts";
import type { PortLike } from "../transports/worker/port.ts";
import { serveWorker, type WorkerDoor } from "../transports/worker/worker-transport.ts";
import { serveTabs } from "./calls.ts";
import { FOR_EVER_MS, HEARTBEAT_MS, ownerOf, presenceOf } from "./names.ts";
import type { ServedQueues } from "./served-queues.ts";

/** The tab that owns the journal: serves the others, and lets go of the agents of those that are gone. */
export class Leading {
  readonly #name: string;
  readonly #tab: string;
  readonly #team: Team;
  readonly #clock: Clock;
  readonly #hub: Bus;
  readonly #served: ServedQueues;
  readonly #doors = new Map<string, WorkerDoor>();
  readonly #watched = new Set<string>();
  readonly #onError: (error: Error) => void;

  constructor(name: string, tab: string, team: Team, clock: Clock, onError: (error: Error) => void) {
    this.#name = name;
    this.#tab = tab;
    this.#team = team;
    this.#clock = clock;
    this.#onError = onError;
    // What the team says there, and its agents, every tab hears.
    this.#hub = team.bus;
    this.#served = serveTabs(team, this.#hub);
    // All tabs are of one origin, and as trusted as this one.
    acceptAgents(team, this.#hub, { clock, admit: (request) => request });
  }

  /**
   * Looks after the agents the owner before had: their tabs may be gone. Those of a tab that hangs have ended; they come back with
   * it.
   */
  async begin(hung?: string): Promise<void> {
    for (const { id, name, status } of await this.#team.agents()) {
      const tab = ownerOf(name);
      if (tab !== undefined && tab === hung && status !== "stopped" && status !== "failed") await this.#team.left(id);
      this.#watch(tab);
    }
  }

  /** In which epoch it owns the journal: whoever comes later has a higher one. */
  get epoch(): number {
    return this.#team.epoch;
  }

  /** The way to the team for this tab itself. */
  way(): Transport {
    return memoryTransport(this.#hub);
  }

  /** Another tab calls. */
  serve(tab: string, port: PortLike): void {
    void this.#doors.get(tab)?.close();
    const options = { name: tab, heartbeatMs: HEARTBEAT_MS, clock: this.#clock, onError: this.#onError };
    this.#doors.set(tab, serveWorker(port, memoryTransport(this.#hub), options));
    this.#watch(tab);
  }

  async close(): Promise<void> {
    for (const door of this.#doors.values()) await door.close();
    await this.#team.close();
  }

  /** Waits for the end of a tab, which frees its lock. */
  #watch(tab: string | undefined): void {
    if (tab === undefined || tab === this.#tab || this.#watched.has(tab)) return;
    this.#watched.add(tab);
    this.#gone(tab).catch((error: Error) => this.#onError(error));
  }

  async #gone(tab: string): Promise<void> {
    const lock = await takeLock(presenceOf(this.#name, tab), FOR_EVER_MS, this.#clock);
    await lock?.release();
    this.#watched.delete(tab);
    await this.#doors.get(tab)?.close();
    this.#doors.delete(tab);
    this.#served.gone(tab);
    for (const { id, name, status } of await this.#team.agents()) {
      if (ownerOf(name) !== tab) continue;
      if (status !== "stopped" && status !== "failed") await this.#team.left(id);
      await this.#team.deregister(id, "its tab is gone");
    }
  }
}
