import type { Clock } from "../../runtime/clock.ts";
import type { ProcessTable } from "./linux/process-table.ts";

/** How often a group is looked at while it ends, in milliseconds. */
const POLL_MS = 20;
/** Time the system gets to remove processes that were killed, in milliseconds. */
const KILL_WAIT_MS = 2_000;

/** Signals to and questions about process groups. A group has the id of the process it was made for. */
export class ProcessGroups {
  readonly #clock: Clock;
  readonly #table: ProcessTable | undefined;

  constructor(clock: Clock, table: ProcessTable | undefined) {
    this.#clock = clock;
    this.#table = table;
  }

  /** Whether the signal reached anybody. Windows has no groups: there it is the process alone. */
  signal(group: number, signal: NodeJS.Signals): boolean {
    // To the system -1 is everybody and 0 is ourselves.
    if (!(group > 1)) return false;
    try {
      return process.kill(process.platform === "win32" ? group : -group, signal);
    } catch {
      return false;
    }
  }

  /** Whether a process of the group still runs; one that ended and was not waited for does not. */
  alive(group: number): boolean {
    if (!(group > 1)) return false;
    try {
      process.kill(process.platform === "win32" ? group : -group, 0);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "EPERM";
    }
    if (!this.#table) return true;
    return this.#table.members(new Set([group])).some((member) => member.state !== "Z" && member.state !== "X");
  }

  /** Resolves with whether the group ended within the time. */
  async ended(group: number, withinMs: number): Promise<boolean> {
    const untilMs = this.#clock.monoMs() + withinMs;
    while (this.alive(group)) {
      const leftMs = untilMs - this.#clock.monoMs();
      if (leftMs <= 0) return false;
      await new Promise<void>((resolve) => this.#clock.after(Math.min(POLL_MS, leftMs), resolve));
    }
    return true;
  }

  /** Ends a group: politely, after `graceMs` by force. Answers whether it is gone. */
  async end(group: number, graceMs: number): Promise<boolean> {
    if (!this.alive(group)) return true;
    this.signal(group, "SIGTERM");
    if (await this.ended(group, graceMs)) return true;
    this.signal(group, "SIGKILL");
    return this.ended(group, KILL_WAIT_MS);
  }
}
