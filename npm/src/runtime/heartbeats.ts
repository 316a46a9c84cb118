import type { ResourceUsage } from "../hosts/host.ts";
import type { Heartbeat } from "../wasm/codec.generated.ts";
import type { Clock } from "./clock.ts";

/** In the place of a fence: what an agent uses beside its attempts. */
const AS_A_WHOLE = -1;
/** Signs of life one command takes; the kernel's own bound. */
const BATCH = 1_000;

/** Says whether an agent lives. No answer, a refusal or an error is silence. */
export type SignOfLife = () => boolean | Promise<boolean>;

interface Watched {
  readonly intervalMs: number;
  readonly alive: SignOfLife;
  readonly usage: () => ResourceUsage | undefined;
  isAsked: boolean;
}

/** What the attempts of one agent use. */
interface Use {
  readonly memory: Map<number, number>;
  readonly cpu: Map<number, number>;
  isMemoryKnown: boolean;
  isCpuKnown: boolean;
  /** Processor time since the last beat, in milliseconds. */
  spentMs: number;
  sinceMs: number;
}

/**
 * Sends signs of life, and what agents use, to the kernel: one command for all that are due together. What silence means
 * is for the kernel to say.
 */
export class Heartbeats {
  readonly #clock: Clock;
  readonly #send: (beats: Heartbeat[]) => void;
  readonly #watched = new Map<number, Watched>();
  readonly #timers = new Map<number, () => void>();
  readonly #uses = new Map<number, Use>();
  #late: number[] = [];
  #isStopped = false;

  constructor(clock: Clock, send: (beats: Heartbeat[]) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** Sends signs of life of an agent from now on, every `intervalMs`; with 0 none. `usage`: of the agent as a whole. */
  watch(agent: number, intervalMs: number, alive: SignOfLife, usage: Watched["usage"] = unknownUsage): void {
    this.#watched.delete(agent);
    if (intervalMs <= 0 || this.#isStopped) return;
    this.#watched.set(agent, { intervalMs, alive, usage, isAsked: false });
    if (!this.#timers.has(intervalMs)) this.#arm(intervalMs);
  }

  unwatch(agent: number): void {
    this.#watched.delete(agent);
    this.#uses.delete(agent);
  }

  /** What a running attempt of an agent has used so far. */
  used(agent: number, fence: number, { memoryBytes, memoryPeakBytes, cpuMs }: ResourceUsage): void {
    const bytes = memoryBytes ?? memoryPeakBytes;
    if (bytes === null && cpuMs === null) return;
    const use = this.#use(agent);
    if (bytes !== null) {
      use.isMemoryKnown = true;
      use.memory.set(fence, bytes);
    }
    if (cpuMs === null) return;
    use.isCpuKnown = true;
    use.spentMs += Math.max(cpuMs - (use.cpu.get(fence) ?? 0), 0);
    use.cpu.set(fence, cpuMs);
  }

  attemptEnded(agent: number, fence: number): void {
    const use = this.#uses.get(agent);
    use?.memory.delete(fence);
    use?.cpu.delete(fence);
  }

  /** Sends nothing any more. */
  stop(): void {
    this.#isStopped = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    this.#watched.clear();
  }

  #arm(intervalMs: number): void {
    const beat = (): void => {
      this.#timers.delete(intervalMs);
      const due = [...this.#watched].filter(([, watched]) => watched.intervalMs === intervalMs);
      if (due.length === 0) return;
      this.#arm(intervalMs);
      this.#beat(due.filter(([agent, watched]) => this.#isAlive(agent, watched)).map(([agent]) => agent));
    };
    this.#timers.set(intervalMs, this.#clock.after(intervalMs, beat, { background: true }));
  }

  /** Whether the agent is known to live now. One that has to think about it is heard when it has. */
  #isAlive(agent: number, watched: Watched): boolean {
    if (watched.isAsked) return false;
    try {
      const answer = watched.alive();
      if (typeof answer === "boolean") return answer;
      watched.isAsked = true;
      void this.#await(agent, watched, answer);
    } catch {
      // Silence says it.
    }
    return false;
  }

  async #await(agent: number, watched: Watched, answer: Promise<boolean>): Promise<void> {
    const isAlive = await answer.catch(() => false);
    watched.isAsked = false;
    if (!isAlive || this.#watched.get(agent) !== watched) return;
    // Those that answer together beat together.
    this.#late.push(agent);
    if (this.#late.length === 1) queueMicrotask(() => this.#beat(this.#late.splice(0)));
  }

  #beat(agents: readonly number[]): void {
    const sorted = [...new Set(agents)].sort((a, b) => a - b);
    for (let first = 0; first < sorted.length; first += BATCH) {
      this.#send(sorted.slice(first, first + BATCH).map((agent) => this.#signOf(agent)));
    }
  }

  #signOf(agent: number): Heartbeat {
    const own = this.#watched.get(agent)?.usage();
    if (own !== undefined) this.#usedAsAWhole(agent, own);
    const use = this.#uses.get(agent);
    if (use === undefined) return { agent, memoryBytes: null, cpuMilli: null };
    const nowMs = this.#clock.monoMs();
    const elapsedMs = Math.max(nowMs - use.sinceMs, 1);
    const cpuMilli = use.isCpuKnown ? Math.round((use.spentMs * 1_000) / elapsedMs) : null;
    const bytes = [...use.memory.values()].reduce((sum, one) => sum + one, 0);
    use.sinceMs = nowMs;
    use.spentMs = 0;
    return { agent, memoryBytes: use.isMemoryKnown ? Math.round(bytes) : null, cpuMilli };
  }

  /** What it had used before somebody first looked is not counted. */
  #usedAsAWhole(agent: number, usage: ResourceUsage): void {
    const { cpu } = this.#use(agent);
    if (usage.cpuMs !== null && !cpu.has(AS_A_WHOLE)) cpu.set(AS_A_WHOLE, usage.cpuMs);
    this.used(agent, AS_A_WHOLE, usage);
    if (usage.cpuMs !== null) cpu.set(AS_A_WHOLE, usage.cpuMs);
  }

  #use(agent: number): Use {
    const known = this.#uses.get(agent);
    if (known !== undefined) return known;
    const sinceMs = this.#clock.monoMs();
    const use: Use = {
      memory: new Map(),
      cpu: new Map(),
      isMemoryKnown: false,
      isCpuKnown: false,
      spentMs: 0,
      sinceMs,
    };
    this.#uses.set(agent, use);
    return use;
  }
}

function unknownUsage(): undefined {
  return undefined;
}
